/** Blob storage on the file system or S3, with checksums on every read. */
@NullMarked
package dev.headroom.storage;

import org.jspecify.annotations.NullMarked;
