package dev.headroom.annotation.internal;

import dev.headroom.annotation.KeyExpression;
import java.lang.reflect.Type;

/**
 * A compiled part of an expression.
 *
 * @param type what is known about its values when compiled; {@code Object} for nothing
 * @param code computes it
 */
record Node(Type type, KeyExpression code) {}
