package dev.headroom.testkit.internal.s3;

import dev.headroom.testkit.S3Server;
import dev.headroom.testkit.ServiceException;

/** The optional dependency of the S3 server. */
final class S3Dependency {

    private static final String SNIPPET = """
            <dependency>
                <groupId>org.gaul</groupId>
                <artifactId>s3proxy</artifactId>
                <version>4.1.0</version>
                <scope>test</scope>
                <exclusions> <!-- 60 of its 150 jars: stores that the test kit does not use -->
                    <exclusion><groupId>ch.qos.logback</groupId><artifactId>logback-classic</artifactId></exclusion>
                    <exclusion><groupId>com.azure</groupId><artifactId>*</artifactId></exclusion>
                    <exclusion><groupId>com.github.openstack4j.core</groupId><artifactId>*</artifactId></exclusion>
                    <exclusion><groupId>com.github.openstack4j.core.connectors</groupId><artifactId>*</artifactId></exclusion>
                    <exclusion><groupId>com.google.cloud</groupId><artifactId>*</artifactId></exclusion>
                    <exclusion><groupId>org.apache.sshd</groupId><artifactId>*</artifactId></exclusion>
                    <exclusion><groupId>software.amazon.awssdk</groupId><artifactId>sts</artifactId></exclusion>
                </exclusions>
            </dependency>""";

    private S3Dependency() {}

    static void require(ClassLoader loader) {
        try {
            Class.forName("org.gaul.s3proxy.S3Proxy", false, loader);
        } catch (ClassNotFoundException e) {
            throw new ServiceException(
                    "no S3 server: S3Proxy is not on the class path and " + S3Server.ENVIRONMENT_VARIABLE
                            + " is not set; add\n" + SNIPPET,
                    e);
        }
    }
}
