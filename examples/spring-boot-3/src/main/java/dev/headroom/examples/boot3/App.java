package dev.headroom.examples.boot3;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The smallest application with the starter: its beans are components, and their annotations are alive. */
@SpringBootApplication
public class App {
    public static void main(String[] arguments) {
        SpringApplication.run(App.class, arguments);
    }

    /** Every bean that is a component is plugged in. */
    @Bean
    Audit audit() {
        return new Audit();
    }
}
