/** How the test kit runs an S3 server; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal.s3;

import org.jspecify.annotations.NullMarked;
