/** Blobs in S3, or in a server that speaks its protocol. */
@NullMarked
package dev.headroom.storage.s3;

import org.jspecify.annotations.NullMarked;
