package dev.headroom.storage;

import dev.headroom.storage.testing.MemoryBlobStore;

class MemoryBlobStoreTest extends BlobStoreContract {
    private final MemoryBlobStore store = new MemoryBlobStore();

    @Override
    BlobStore store() {
        return store;
    }
}
