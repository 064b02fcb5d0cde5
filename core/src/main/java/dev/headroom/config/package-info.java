/** Checking of options: every error names the option, its value and what was expected. */
@NullMarked
package dev.headroom.config;

import org.jspecify.annotations.NullMarked;
