/** What a database product must tell for its replicas to be used. */
@NullMarked
package dev.headroom.router.spi;

import org.jspecify.annotations.NullMarked;
