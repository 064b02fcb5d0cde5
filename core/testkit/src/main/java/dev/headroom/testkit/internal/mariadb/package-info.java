/** How the test kit runs MariaDB; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal.mariadb;

import org.jspecify.annotations.NullMarked;
