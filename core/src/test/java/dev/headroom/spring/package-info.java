@NullMarked
package dev.headroom.spring;

import org.jspecify.annotations.NullMarked;
