package dev.headroom.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The published modules, told apart by package. Core is what no other module claims. */
enum Module {
    CACHE("cache"),
    FLAGS("flags"),
    MEMCACHED("memcached"),
    METRICS("metrics", "throttle"),
    QUEUE("queue"),
    ROUTER("router"),
    SESSION("session"),
    SPRING_BOOT_STARTER("boot"),
    STORAGE("storage"),
    TESTKIT("testkit"),
    CORE("");

    private final List<String> packages;

    Module(String... names) {
        this.packages = Arrays.stream(names)
                .map(name -> name.isEmpty() ? "dev.headroom" : "dev.headroom." + name)
                .toList();
    }

    static Optional<Module> of(JavaClass type) {
        String name = type.getPackageName();
        return Arrays.stream(values()).filter(module -> module.claims(name)).findFirst();
    }

    boolean has(JavaClass type) {
        return of(type).filter(this::equals).isPresent();
    }

    /** The modules it may depend on, itself among them. */
    Set<Module> visible() {
        return switch (this) {
            case CORE -> EnumSet.of(CORE);
            case TESTKIT -> EnumSet.of(TESTKIT);
            case CACHE, SESSION -> EnumSet.of(this, CORE, MEMCACHED);
            case SPRING_BOOT_STARTER -> EnumSet.allOf(Module.class);
            default -> EnumSet.of(this, CORE);
        };
    }

    private boolean claims(String packageName) {
        return packages.stream().anyMatch(own -> packageName.equals(own) || packageName.startsWith(own + "."));
    }
}
