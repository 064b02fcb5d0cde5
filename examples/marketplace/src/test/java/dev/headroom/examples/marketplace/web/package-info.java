@NullMarked
package dev.headroom.examples.marketplace.web;

import org.jspecify.annotations.NullMarked;
