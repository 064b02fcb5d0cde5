package dev.headroom.testkit.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.testkit.ServiceException;
import org.junit.jupiter.api.Test;

class ProgramsTest {
    @Test
    void namesThePackageToInstallWhenThereIsNeitherEnvironmentNorBinary() {
        assertThatThrownBy(() ->
                        Programs.require("mariadb", "mariadb-server-core", "HEADROOM_TEST_MARIADB", "no-such-program"))
                .isInstanceOf(ServiceException.class)
                .hasMessage(
                        "mariadb is neither named by HEADROOM_TEST_MARIADB nor installed (looked for no-such-program);"
                                + " on Debian: apt-get install mariadb-server-core");
    }

    @Test
    void takesTheFirstNameThatIsInstalled() {
        assertThat(Programs.require("a shell", "dash", "HEADROOM_TEST_SHELL", "no-such-program", "sh"))
                .endsWith("/sh");
    }
}
