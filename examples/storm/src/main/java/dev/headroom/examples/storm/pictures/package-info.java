/** Pictures to upload: any number of distinct ones, of every kind, each recognisable in its thumbnails. */
@NullMarked
package dev.headroom.examples.storm.pictures;

import org.jspecify.annotations.NullMarked;
