/**
 * Product photographs: what an upload is allowed to be, and the smaller pictures made from it.
 *
 * <p>{@link dev.headroom.examples.marketplace.images.PictureInspector} decides at upload time, without decoding a pixel;
 * {@link dev.headroom.examples.marketplace.images.Thumbnails} does the expensive part later, in a job.
 */
@NullMarked
package dev.headroom.examples.marketplace.images;

import org.jspecify.annotations.NullMarked;
