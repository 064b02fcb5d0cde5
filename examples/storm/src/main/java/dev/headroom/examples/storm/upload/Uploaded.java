package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.pictures.TestPicture;

/**
 * An acknowledged picture.
 *
 * @param product what the site calls it
 * @param picture which one it is; without its bytes
 */
record Uploaded(long product, TestPicture picture) {
    Uploaded {
        picture = new TestPicture(
                picture.index(),
                picture.fileName(),
                picture.contentType(),
                picture.width(),
                picture.height(),
                picture.description(),
                new byte[0]);
    }

    @Override
    public String toString() {
        return "product " + product + " (picture " + picture.index() + ", " + picture.description() + ")";
    }
}
