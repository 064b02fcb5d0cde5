package dev.headroom.examples.storm.upload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.examples.storm.pictures.Mix;
import dev.headroom.examples.storm.pictures.TestPictures;
import org.junit.jupiter.api.Test;

class PlanTest {
    private final TestPictures pictures = TestPictures.seeded(1, Mix.parse("palette=1"));

    @Test
    void spreadsBrokenOnesAmongTheGood() {
        Plan plan = Plan.of("x", pictures, 20, 10);

        assertThat(plan.good()).isEqualTo(20);
        assertThat(plan.broken()).isEqualTo(2);
        assertThat(plan.items().get(10)).isInstanceOf(Plan.Item.Bad.class);
        assertThat(plan.items().get(21)).isInstanceOf(Plan.Item.Bad.class);
    }

    @Test
    void roundsTheShareOfBrokenOnesUp() {
        assertThat(Plan.of("x", pictures, 3, 1).broken()).isEqualTo(1);
        assertThat(Plan.of("x", pictures, 3, 0).broken()).isZero();
    }

    @Test
    void givesBrokenOnesTitlesOfTheirOwn() {
        Plan plan = Plan.of("x", pictures, 1, 100);
        Plan.Item good = plan.items().get(0);
        Plan.Item bad = plan.items().get(1);

        assertThat(plan.title(good, plan.picture(good))).startsWith("storm x picture 0, ");
        assertThat(plan.title(bad, plan.picture(bad))).startsWith(plan.brokenWords());
    }
}
