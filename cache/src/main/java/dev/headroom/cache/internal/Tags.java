package dev.headroom.cache.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.annotation.MethodSite;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tags that an annotation names: expressions, each for one tag or for several. */
record Tags(List<KeyExpression> expressions) {
    static Tags of(String annotation, String[] expressions, MethodSite site) {
        return new Tags(Arrays.stream(expressions)
                .map(each -> KeyExpression.compile(annotation + ".tags", each, site))
                .toList());
    }

    /** Of each value of a method that gets several by their keys, which are its argument there. */
    static Tags ofEach(String annotation, String[] expressions, MethodSite site, int keys) {
        return new Tags(Arrays.stream(expressions)
                .map(each -> KeyExpression.compileForEach(annotation + ".tags", each, site, keys))
                .toList());
    }

    boolean none() {
        return expressions.isEmpty();
    }

    /** Of one call; nulls and blanks are no tags. */
    Set<String> of(@Nullable Object[] arguments, @Nullable Object result) {
        Object inside = result instanceof Optional<?> optional ? optional.orElse(null) : result;
        Set<String> tags = new LinkedHashSet<>();
        for (KeyExpression each : expressions) {
            Object value = each.evaluate(arguments, inside);
            if (value instanceof Iterable<?> several) {
                several.forEach(one -> add(tags, one));
            } else {
                add(tags, value);
            }
        }
        return tags;
    }

    private static void add(Set<String> tags, @Nullable Object value) {
        String tag = value == null ? "" : value.toString();
        if (!tag.isBlank()) {
            tags.add(tag);
        }
    }
}
