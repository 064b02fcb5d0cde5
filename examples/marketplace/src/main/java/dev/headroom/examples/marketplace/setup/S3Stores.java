package dev.headroom.examples.marketplace.setup;

import dev.headroom.storage.BlobStore;
import dev.headroom.storage.s3.S3BlobStore;
import java.time.Duration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Photographs in S3; credentials and region come from the AWS variables, as everywhere. */
final class S3Stores {
    private S3Stores() {}

    static BlobStore store(Settings.S3 s3, S3Client client) {
        return S3BlobStore.builder("photos", client, s3.bucket()).build();
    }

    static S3Client client(Settings.S3 s3) {
        S3ClientBuilder client = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(10)))
                .overrideConfiguration(overrides -> overrides.apiCallTimeout(Duration.ofMinutes(1)));
        s3.endpoint()
                .ifPresent(endpoint -> client.endpointOverride(endpoint)
                        .forcePathStyle(true)
                        .region(Region.of(System.getenv().getOrDefault("AWS_REGION", "us-east-1"))));
        return client.build();
    }
}
