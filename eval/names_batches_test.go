package eval

import (
	"fmt"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type stageOfJob uint16

type otherStage int8

type jobOfStage struct {
	stage stageOfJob
	other otherStage
	any   any
	yes   bool
	plain int
	next  *jobOfStage
	pin   stageOfJob `inspect:"secret"`
}

// TestBatchesOfNames: what names stand for is the same in batches and one by one.
func TestBatchesOfNames(t *testing.T) {
	o := &struct {
		list   []jobOfStage
		byKey  map[stageOfJob]*jobOfStage
		stages []stageOfJob
		mixed  []any
	}{byKey: map[stageOfJob]*jobOfStage{}}
	for i := range 300 {
		j := jobOfStage{stage: stageOfJob(i % 5), other: otherStage(i%5 - 2), any: stageOfJob(i % 4), yes: i%3 == 0, plain: i % 5}
		if i%7 > 0 {
			j.next = &jobOfStage{stage: stageOfJob(i % 3)}
		}
		o.list, o.byKey[stageOfJob(i)] = append(o.list, j), &j
		o.stages, o.mixed = append(o.stages, j.stage), append(o.mixed, []any{j.stage, j.other, 1, "One"}[i%4])
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	registry.Names(map[stageOfJob]string{0: "Zero", 1: "One", 2: "Two", 3: "Three"}, reg)
	registry.Names(map[otherStage]string{1: "One", -1: "MinusOne"}, reg)
	many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
	slow.single = true
	for i, source := range []string{
		`count(o.list, .stage == "One")`, `count(o.list, "Two" != .stage)`, `filter(o.list, .other == "MinusOne")`, `count(o.list, .stage in ["One", "Three"])`,
		`count(o.list, .stage not in ["One", "Three", "Five"])`, `count(o.list, .stage == "Five")`, `find(o.list, .stage == "Three" and .other == "One")`,
		`count(o.list, .any == "One")`, `count(o.list, .yes or .stage == "Five")`, `count(o.list, .next.stage == "Two")`, `count(filter(o.list, .next != nil), .next.stage == "Two")`,
		`count(o.byKey, #key == "One")`, `count(o.byKey, #key in ["One", "Two"] or .plain > 3)`, `count(o.stages, # == "One")`, `count(o.mixed, # == "One")`,
		`freq(o.list, .stage)`, `freq(o.list, .stage, .plain)`, `freq(o.stages)`, `freq(map(o.list, .stage))`, `freq(o.list, .yes ? .stage : .other)`, `freq(filter(o.list, .stage != "One"), .other)`,
		`freq(o.mixed)`, `map(groupBy(o.list, .stage), len(#))`, `groupBy(o.list, .other)["One"][0].stage == "Three"`, `top(o.list, 3, .stage)`, `map(o.list, .stage)[:20]`,
		`count(map(o.list, .stage), # == "One")`, `sort(map(o.list, .other))[:90]`, `sum(map(o.list, .stage))`, `max(o.list, .stage)`, `take(o.stages, 3)`, `o.stages[2:9]`,
		`count(o.list, .pin == "Zero")`, `count(o.list, let s = .stage; s == "One")`, `count(o.list, (.yes ? .stage : .other) == "One")`, `count(o.list, .plain == "One")`,
		`count(o.list, .stage < "One")`, `reduce(o.list, #acc + (.stage == "One" ? 1 : 0), 0)`, `keys(o.byKey)[:3]`, `reduce(o.list, .stage == "One" ? #acc + 1 : #acc, 0)`, `uniq(o.stages)`,
		`sum(o.list, .stage == "One" ? .plain : 0)`, `last(o.stages) == "Four"`, `map(map(o.list, .stage), #)`, `freq(map(map(o.list, .stage), #))`, `map(o.stages, #)[:9]`, `map(o.byKey, #key)`, `groupBy(o.byKey, #key)`, `sort(map(o.byKey, #key))[:9]`, `top(map(o.list, .stage), 3, #)`, `groupBy(map(o.list, .other), #)`, `find(map(o.list, .stage), # == 3)`, `count(o.list, .stage contains "One")`,
	} {
		for _, lanes := range []int{0, 1, 2, 3, 63, 64, 65} {
			many.lanes = lanes
			if got, want := both(t, many, slow, source); got != want {
				t.Errorf("%d lanes: %s:\n%.1500s\nwant, one by one,\n%.1500s", many.lanes, source, got, want)
			} else if lanes == 0 && testing.Verbose() {
				fmt.Fprintf(t.Output(), "%d: %s: %.200s\n", i, source, got)
			}
		}
	}
}
