package dev.headroom.queue.internal;

import dev.headroom.queue.JobMethod;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * Reads which method a method reference names, from its {@link SerializedLambda}: class, name and signature, nothing else. No bytecode is
 * read, and nothing is serialized.
 */
final class MethodReferences {
    private static final String EXPECTED = "a plain reference to a method with @Job, such as Images::thumb";

    private MethodReferences() {}

    /** The class that is named, the method's name and its parameters. */
    record Named(Class<?> type, String method, MethodType signature) {}

    static Named read(JobMethod reference) {
        SerializedLambda lambda = serialized(reference);
        if (lambda.getImplMethodName().startsWith("lambda$") || lambda.getCapturedArgCount() > 0) {
            throw new IllegalArgumentException("method: a lambda expression or bound reference in "
                    + lambda.getCapturingClass().replace('/', '.') + " (expected: " + EXPECTED + ")");
        }
        ClassLoader loader = reference.getClass().getClassLoader();
        String type = lambda.getImplClass().replace('/', '.');
        try {
            MethodType signature = MethodType.fromMethodDescriptorString(lambda.getImplMethodSignature(), loader);
            return new Named(Class.forName(type, false, loader), lambda.getImplMethodName(), signature);
        } catch (ClassNotFoundException | TypeNotPresentException e) {
            throw new IllegalArgumentException("method: " + type + " (expected: a class that can be loaded)", e);
        }
    }

    private static SerializedLambda serialized(JobMethod reference) {
        try {
            Method replace = reference.getClass().getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            return (SerializedLambda) replace.invoke(reference);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException | ClassCastException e) {
            throw new IllegalArgumentException(
                    "method: " + reference.getClass().getName() + " (expected: " + EXPECTED + ")", e);
        }
    }
}
