package dev.headroom.codec;

import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Problems;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A registered record: its components' accessors and its canonical constructor, as method handles. */
final class RecordType implements Registered {
    private static final MethodType READ = MethodType.methodType(Object.class, Object.class);
    private static final MethodType CREATE = MethodType.methodType(Object.class, Object[].class);

    private final int id;
    private final Class<? extends Record> type;
    private final RecordComponent[] components;
    private final Type[] types;
    private final MethodHandle[] accessors;
    private final MethodHandle constructor;

    private RecordType(int id, Class<? extends Record> type) throws ReflectiveOperationException {
        this.id = id;
        this.type = type;
        this.components = type.getRecordComponents();
        this.types =
                Arrays.stream(components).map(RecordComponent::getGenericType).toArray(Type[]::new);
        this.accessors = new MethodHandle[components.length];
        for (int i = 0; i < components.length; i++) {
            Method accessor = open(components[i].getAccessor());
            accessors[i] = MethodHandles.lookup().unreflect(accessor).asType(READ);
        }
        Class<?>[] parameters =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Constructor<?> canonical = open(type.getDeclaredConstructor(parameters));
        this.constructor = MethodHandles.lookup()
                .unreflectConstructor(canonical)
                .asFixedArity()
                .asSpreader(Object[].class, parameters.length)
                .asType(CREATE);
    }

    static RecordType of(int id, Class<? extends Record> type) {
        try {
            return new RecordType(id, type);
        } catch (ReflectiveOperationException | InaccessibleObjectException closed) {
            throw new ConfigurationException("type", type.getName(), "a record whose package is open to Headroom");
        }
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public Class<?> type() {
        return type;
    }

    int size() {
        return components.length;
    }

    @Nullable Object read(Object owner, int index) {
        try {
            return (Object) accessors[index].invokeExact(owner);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable checked) {
            throw new CodecException("tlv: an accessor of " + type.getName() + " failed", checked);
        }
    }

    /** The component's value, from what the bytes had for it. */
    @Nullable Object component(int index, @Nullable Object value) {
        return Conform.to(value, types[index]);
    }

    @Nullable Object absent(int index) {
        return Conform.absent(components[index].getType());
    }

    Object create(@Nullable Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (Error failure) {
            throw failure;
        } catch (Throwable refused) {
            throw new CodecException("tlv: " + type.getName() + " refused its components", refused);
        }
    }

    @Override
    public void check(Collection<Registered> all, Problems problems) {
        for (RecordComponent component : components) {
            Class<?> wrong = wrong(component.getGenericType(), all);
            if (wrong != null) {
                problems.unless(
                        false,
                        type.getSimpleName() + "." + component.getName(),
                        wrong.getTypeName(),
                        "a type of the JDK that TlvCodec knows, or a registered one");
            }
        }
    }

    private static @Nullable Class<?> wrong(Type given, Collection<Registered> all) {
        if (given instanceof ParameterizedType parameterized) {
            for (Type argument : parameterized.getActualTypeArguments()) {
                Class<?> wrong = wrong(argument, all);
                if (wrong != null) {
                    return wrong;
                }
            }
            return wrong(parameterized.getRawType(), all);
        }
        if (!(given instanceof Class<?> plain)) {
            return null;
        }
        boolean known = plain.isInterface()
                || Modifier.isAbstract(plain.getModifiers())
                || plain == Object.class
                || Tag.knows(plain)
                || all.stream().anyMatch(each -> each.type() == plain);
        return known ? null : plain;
    }

    private static <T extends AccessibleObject> T open(T member) {
        member.setAccessible(true);
        return member;
    }
}
