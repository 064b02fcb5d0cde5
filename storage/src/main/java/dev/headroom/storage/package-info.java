/** Blob storage: streams in and out, checksums end to end, nothing half-written ever seen. */
@NullMarked
package dev.headroom.storage;

import org.jspecify.annotations.NullMarked;
