package dev.headroom.annotation.internal;

import dev.headroom.annotation.MethodSite;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** What {@code #name} means in expressions about one method. */
final class Variables {
    private static final Pattern BY_POSITION = Pattern.compile("p\\d{1,3}");
    /** In place of the parameter with the keys: there is none. */
    static final int WHOLE = -1;

    private static final String RESULT = "result";

    private final Faults faults;
    private final MethodSite site;
    private final boolean afterCall;
    private final int keys;
    private final Map<String, Integer> names = new LinkedHashMap<>();

    Variables(Faults faults, MethodSite site, boolean afterCall, int keys) {
        this.faults = faults;
        this.site = site;
        this.afterCall = afterCall;
        this.keys = keys;
        collectNames(site.implementation());
        collectNames(site.declared());
    }

    Node variable(Token token) {
        String name = token.text();
        if (name.equals(RESULT)) {
            if (!afterCall) {
                throw faults.at(token.at(), "no #result before the call,");
            }
            Type returned = site.implementation().getGenericReturnType();
            Type type = keys == WHOLE ? returned : Properties.argument(returned, 1);
            return new Node(type, (arguments, result) -> result);
        }
        Integer position = names.get(name);
        if (position == null && BY_POSITION.matcher(name).matches()) {
            int asked = Integer.parseInt(name.substring(1));
            position = asked < count() ? Integer.valueOf(asked) : null;
        }
        if (position == null) {
            throw faults.at(token.at(), unknown(token));
        }
        int index = position;
        Type declared = site.implementation().getGenericParameterTypes()[index];
        return new Node(
                index == keys ? Properties.argument(declared, 0) : declared, (arguments, result) -> arguments[index]);
    }

    private void collectNames(Method method) {
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].isNamePresent()) {
                names.putIfAbsent(parameters[i].getName(), i);
            }
        }
    }

    private int count() {
        return site.implementation().getParameterCount();
    }

    private String unknown(Token token) {
        String positions = count() == 0 ? "" : "#p0" + (count() > 1 ? " to #p" + (count() - 1) : "");
        if (names.isEmpty() && count() > 0 && !BY_POSITION.matcher(token.text()).matches()) {
            return positions + ", or the class compiled with -parameters to know #" + token.text() + ",";
        }
        StringBuilder known = new StringBuilder("one of ");
        names.keySet().forEach(name -> known.append('#').append(name).append(", "));
        if (!positions.isEmpty()) {
            known.append(positions).append(", ");
        }
        if (afterCall) {
            known.append("#result, ");
        }
        return known.length() == "one of ".length()
                ? "no variable, the method having no parameters,"
                : known.toString().stripTrailing();
    }
}
