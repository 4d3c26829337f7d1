package eval_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// phase, rights and mood are types with constants.
type (
	phase  int8
	rights uint32
	mood   int
)

type task struct {
	phase  phase
	rights rights
	mood   mood
	boxed  any
	next   *phase
	secret phase `inspect:"secret"`
}

// withNames is a session on tasks, whose phases and rights have names, and moods a lens, too.
func withNames(t *testing.T, tasks map[string]*task) *eval.Session {
	t.Helper()
	reg := registry.New()
	registry.Names(map[phase]string{0: "Starting", 1: "Running", 2: "Draining", -1: "Failed", 7: ""[0:0] + "Gone away"}, reg)
	registry.Names(map[rights]string{1: "Read", 2: "Write", 4: "Exec"}, reg)
	registry.Names(map[mood]string{1: "Happy"}, reg)
	reg.Lens(func(m mood) any { return "a mood" })
	byPhase := map[phase]int{1: 10, -1: 20}
	list := []phase{0, 1, 1, 3}
	reg.Expose("tasks", &tasks)
	reg.Expose("byPhase", &byPhase, registry.Hide("2"))
	reg.Expose("phases", &list)
	return eval.NewSession(reg, eval.Limits{Time: time.Hour})
}

func someTasks() map[string]*task {
	running := phase(1)
	return map[string]*task{
		"a": {phase: 1, rights: 5, mood: 1, boxed: phase(2), next: &running},
		"b": {phase: -1, rights: 8, mood: 2, boxed: "Draining"},
		"c": {phase: 1, rights: 4, boxed: 2},
	}
}

// TestNames: integers are shown with the names of their values, and names stand for them.
func TestNames(t *testing.T) {
	s := withNames(t, someTasks())
	for _, tt := range []struct{ source, want string }{
		{"tasks.a.phase", "1 (Running)"},
		{"tasks.a.next", "1 (Running)"},
		{"tasks.a.rights", "5 (Read|Exec)"},
		{"tasks.b.rights", "8"}, // a bit without a name
		{"tasks.a.boxed", "2 (Draining)"},
		{"tasks.c.boxed", "2"},
		{"tasks.a.mood", "1 (a mood)"},
		{"tasks.a", `*eval_test.task{phase: 1 (Running), rights: 5 (Read|Exec), mood: 1 (a mood), boxed: 2 (Draining), next: &1 (Running), secret: <redacted>}`},
		{"byPhase", "map[eval_test.phase]int{-1 (Failed): 20, 1 (Running): 10}"},
		{"phases", "[]eval_test.phase{0 (Starting), 1 (Running), 1 (Running), 3}"},
		{`byPhase["Running"]`, "10"},
		{`"Failed" in byPhase`, "true"},
		{`byPhase["Runing"]`, `eval_test.phase has no constant "Runing" at 1:8; did you mean "Running"?`},
		{`byPhase["Draining"]`, `has no key`},
		{`count(tasks, .phase == "Running")`, "2"},
		{`count(tasks, .phase != "Running")`, "1"},
		{`count(tasks, "Running" == .phase)`, "2"},
		{`count(tasks, .phase in ["Failed", "Draining"])`, "1"},
		{`count(tasks, .phase not in ["Failed", "Draining"])`, "2"},
		{`count(tasks, .rights == "Exec|Read")`, "1"},
		{`count(tasks, .boxed == "Draining")`, "2"}, // a phase, and a text
		{`tasks.a.next == "Running"`, "true"},
		{`tasks.a.phase == "Runing"`, `eval_test.phase has no constant "Runing" at 1:18; did you mean "Running"?`},
		{`count(tasks, .phase == "Runing")`, `eval_test.phase has no constant "Runing" at 1:24; did you mean "Running"?`},
		{`count(tasks, .phase in ["Running", "Runing"])`, `eval_test.phase has no constant "Runing" at`},
		{`tasks.a.phase == "x"`, `it has Draining, Failed, Gone away, Running, Starting`},
		{`tasks.a.phase + 1`, "2"},
		{`count(tasks, .phase < "Running")`, "makes no sense"},
		{`tasks.a.secret == "Starting"`, "redacted"},
		{`count(tasks, .secret == "Starting")`, "redacted"},
		{`freq(tasks, .phase)`, `[{value: 1 (Running), count: 2, percent: 66.67}, {value: -1 (Failed), count: 1, percent: 33.33}]`},
		{`freq(phases)`, `value: 1 (Running), count: 2`},
		{`keys(groupBy(tasks, .phase))`, `[-1 (Failed), 1 (Running)]`},
		{`map(groupBy(tasks, .phase), len(#))`, `{-1 (Failed): 1, 1 (Running): 2}`},
		{`groupBy(tasks, .phase)["Running"][0].rights in [4, 5]`, "true"},
		{`sort(map(tasks, .phase))`, "[-1 (Failed), 1 (Running), 1 (Running)]"},
		{`count(map(tasks, .phase), # == "Running")`, "2"},
		{`filter(byPhase, # > 10)`, `{-1 (Failed): 20}`},
		{`filter(byPhase, #key == "Running")`, `{1 (Running): 10}`},
		{`filter(phases, # == "Running")`, `[1 (Running), 1 (Running)]`},
		{`top(tasks, 1, .phase)[0].by`, `1 (Running)`},
		{`string(json(tasks.b.phase)) == "1"`, ""},
		{`x = snap(tasks.a); x.phase == "Running" and x.phase == 1`, ""},
	} {
		source := tt.source
		if first, then, ok := strings.Cut(source, "; "); ok {
			if _, err := s.Eval(context.Background(), first); err != nil {
				t.Fatal(err)
			}
			source, tt.want = then, "true"
		}
		got := ""
		if r, err := s.Eval(context.Background(), source); err != nil {
			got = err.Error()
		} else {
			got = r.Node.Line(0)
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", source, got, tt.want)
		}
	}
}

// TestConstants: what is said of a type in parts adds up, two names of one value too, and is nothing
// beside what the author says, before or since.
func TestConstants(t *testing.T) {
	reg := registry.New()
	var list []phase
	for x := range phase(4) {
		list = append(list, x)
	}
	reg.Expose("list", &list, registry.Frozen())
	s := eval.NewSession(reg, eval.Limits{Time: time.Hour})
	check := func(source, want string) {
		t.Helper()
		r, err := s.Eval(context.Background(), source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if got := r.Node.Line(0); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	check("map(list, #)", "[0, 1, 2, 3]")
	registry.Constants(map[string]phase{"Running": 1, "Active": 1}, reg)
	registry.Constants(map[string]phase{"Draining": 2, "Gone": 9}, reg)
	check("map(list, #)", "[0, 1 (Active), 2 (Draining), 3]")
	check(`[list[1] == "Running", list[1] == "Active", list[2] == "Draining"]`, "[true, true, true]")
	registry.Names(map[phase]string{3: "Failed"}, reg)
	check("map(list, #)", "[0, 1, 2, 3 (Failed)]")
	registry.Constants(map[string]phase{"Running": 1}, reg)
	check("map(list, #)", "[0, 1, 2, 3 (Failed)]")
}
