package dev.headroom.annotation;

import dev.headroom.annotation.TypePlan.Signature;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The methods by which an implementing class is called, with all places where an annotation of each may stand, nearest first; and the
 * methods that nobody can put anything around.
 */
final class TypeModel {
    private final Class<?> implementation;
    private final @Nullable Class<?> type;
    private final Generics generics;
    private final Set<Class<?>> classes = new LinkedHashSet<>();
    private final Set<Class<?>> interfaces = new LinkedHashSet<>();
    private final Map<Signature, List<Method>> methods = new LinkedHashMap<>();
    private final List<Unreachable> unreachable = new ArrayList<>();

    /** A method that can be called around. */
    record Site(MethodSite site, Set<Signature> signatures, List<AnnotatedElement> places) {}

    /** A method that can't, and why. */
    record Unreachable(Method method, String expected) {}

    /**
     * Reads a class.
     *
     * @param type the interface by which it is called; null when a host derives a class from it
     */
    TypeModel(Class<?> implementation, @Nullable Class<?> type) {
        this.implementation = implementation;
        this.type = type;
        this.generics = new Generics(implementation);
        collectTypes();
        classes.forEach(this::collectMethods);
        interfaces.forEach(this::collectMethods);
    }

    /** All methods that can be called around. */
    List<Site> sites() {
        List<Site> sites = new ArrayList<>();
        methods.forEach((signature, same) -> {
            if (reachable(signature, same)) {
                sites.add(site(signature, same));
            }
        });
        return sites;
    }

    /** All methods that can't. */
    List<Unreachable> unreachable() {
        return unreachable;
    }

    /** Everything that an annotation may stand on. */
    List<AnnotatedElement> elements() {
        List<AnnotatedElement> all = new ArrayList<>(types());
        methods.values().forEach(all::addAll);
        unreachable.forEach(each -> all.add(each.method()));
        return all;
    }

    /** The class, its superclasses and all interfaces. */
    List<Class<?>> types() {
        List<Class<?>> all = new ArrayList<>(classes);
        all.addAll(interfaces);
        return all;
    }

    private void collectTypes() {
        if (type != null) {
            collectInterface(type);
        }
        for (Class<?> each = implementation; each != null && each != Object.class; each = each.getSuperclass()) {
            classes.add(each);
            Arrays.stream(each.getInterfaces()).forEach(this::collectInterface);
        }
    }

    private void collectInterface(Class<?> one) {
        if (interfaces.add(one)) {
            Arrays.stream(one.getInterfaces()).forEach(this::collectInterface);
        }
    }

    private void collectMethods(Class<?> from) {
        for (Method method : from.getDeclaredMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                unreachable.add(new Unreachable(method, "a method that is not static"));
            } else if (Modifier.isPrivate(method.getModifiers())) {
                unreachable.add(new Unreachable(method, "a method that is not private"));
            } else if (!method.isSynthetic()) {
                methods.computeIfAbsent(generics.resolve(method), any -> new ArrayList<>())
                        .add(method);
            }
        }
    }

    private boolean reachable(Signature signature, List<Method> same) {
        if (same.stream().anyMatch(method -> method.getDeclaringClass().isInterface())) {
            return true;
        }
        String expected = type != null
                ? "a method that " + type.getSimpleName() + " or another interface declares"
                : "a method that is not final, of a class that is not final";
        boolean open = type == null
                && !Modifier.isFinal(implementation.getModifiers())
                && !Modifier.isFinal(same.get(0).getModifiers());
        if (!open) {
            same.forEach(method -> unreachable.add(new Unreachable(method, expected)));
        }
        return open;
    }

    private Site site(Signature resolved, List<Method> same) {
        Set<Signature> signatures = new LinkedHashSet<>(List.of(resolved));
        same.forEach(method -> signatures.add(Signature.of(method)));
        Method called = same.stream()
                .filter(method -> method.getDeclaringClass().isInterface())
                .findFirst()
                .orElse(same.get(0));
        Method runs = same.stream()
                .filter(method -> !Modifier.isAbstract(method.getModifiers()))
                .findFirst()
                .orElse(called);
        List<AnnotatedElement> places = new ArrayList<>(same);
        if (Modifier.isPublic(runs.getModifiers())) {
            places.addAll(classes);
        }
        interfaces.stream().filter(each -> declares(each, resolved)).forEach(places::add);
        return new Site(new MethodSite(called, runs), signatures, places);
    }

    private boolean declares(Class<?> one, Signature resolved) {
        Collection<Method> all = Arrays.asList(one.getMethods());
        return all.stream().anyMatch(method -> generics.resolve(method).equals(resolved));
    }
}
