package eval_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// look evaluates the lines and returns the last answer as one line, or the error.
func look(t *testing.T, s *eval.Session, ctx context.Context, lines ...string) string {
	t.Helper()
	return ask(t, s, ctx, eval.Typed, lines...)
}

// ask is look in any mode.
func ask(t *testing.T, s *eval.Session, ctx context.Context, mode eval.Mode, lines ...string) string {
	t.Helper()
	answer := ""
	for _, line := range lines {
		r, err := s.Run(ctx, eval.Query{Source: line, Mode: mode})
		if err != nil {
			answer = err.Error()
			continue
		}
		answer = r.Node.Line(0)
	}
	return answer
}

func TestAnswersAreKept(t *testing.T) {
	ctx := context.Background()
	s := eval.NewSession(registry.New(), eval.Limits{})
	for _, tc := range []struct {
		mode eval.Mode
		line string
		want string
	}{
		{eval.Typed, "_1", "unknown name _1 at 1:1; _ is the last answer, and _1 to _9 are those before it that are still kept; vars() lists them"},
		{eval.Typed, "10", "10"},
		{eval.Typed, "20", "20"},
		{eval.Typed, "_1", "10"},
		{eval.Typed, "[_, _1, _2]", "[10, 20, 10]"},
		{eval.Typed, "_1 = 5", "_1 is an earlier answer at 1:1; choose another name"},
		{eval.Typed, "x = 7", "7"},
		{eval.Aside, "[_, x]", "[7, 7]"},
		{eval.Typed, "_", "7"},
		{eval.Sample, "1", "1"},
		{eval.Sample, "_ + 1", "8"},
		{eval.Sample, "x = 9", "9"},
		{eval.Condition, "[_, _1, x]", "[9, 7, 7]"},
		{eval.Aside, "4", "4"},
		{eval.Aside, "[_, _1, x]", "[7, 7, 7]"},
		{eval.Condition, "_", "9"},
		{eval.Typed, "[_, x]", "[7, 7]"},
		{eval.Condition, "_[0]", "7"},
	} {
		if got := ask(t, s, ctx, tc.mode, tc.line); got != tc.want {
			t.Errorf("%s = %s, want %s", tc.line, got, tc.want)
		}
	}
	for range 20 {
		look(t, s, ctx, "100")
	}
	if got := look(t, s, ctx, "_10"); !strings.HasPrefix(got, "unknown name _10") {
		t.Errorf("the answer before ten others is still kept: %s", got)
	}
}

// A watch asks the same condition about each sample, also where there is no answer that _ could be.
func TestConditionOfSamples(t *testing.T) {
	s := eval.NewSession(registry.New(), eval.Limits{Time: time.Hour})
	for _, tc := range []struct {
		mode eval.Mode
		line string
		want string
	}{
		{eval.Sample, "1", "1"},
		{eval.Condition, "_ > 1", "false"},
		{eval.Sample, "2", "2"},
		{eval.Condition, "_ > 1", "true"},
		{eval.Sample, "_", "unknown name _ at 1:1; _ is the last answer, and _1 to _9 are those before it that are still kept; vars() lists them"},
	} {
		if got := ask(t, s, t.Context(), tc.mode, tc.line); got != tc.want {
			t.Errorf("%s = %s, want %s", tc.line, got, tc.want)
		}
	}
}

// What a sample is made of is withdrawn: the condition must not tell it.
func TestSampleOfWhatIsWithdrawn(t *testing.T) {
	reg := registry.New()
	reg.Expose("box", &[]string{"open"}, registry.Frozen())
	s := eval.NewSession(reg, eval.Limits{Time: time.Hour})
	if got := ask(t, s, t.Context(), eval.Sample, "map(box, # + \"\")"); got != `["open"]` {
		t.Fatal(got)
	}
	reg.Withdraw("box")
	if got := ask(t, s, t.Context(), eval.Condition, "_"); strings.Contains(got, "open") {
		t.Error(got)
	}
}

// What is remembered without having been asked for must not fill the process.
func TestOldAnswersAreDropped(t *testing.T) {
	s := eval.NewSession(registry.New(), eval.Limits{Bytes: 1 << 20})
	long := `repeat("0123456789", 20000)` // a fifth of what may be held
	if got := look(t, s, context.Background(), long, long, long, "len(_)", "len(_1)"); got != "200000" {
		t.Errorf("the answer before is not kept: %s", got)
	}
	if got := look(t, s, context.Background(), "len(_4)"); !strings.HasPrefix(got, "unknown name _4") {
		t.Errorf("answers are kept beyond a quarter of what may be held: %s", got)
	}
}

func TestVars(t *testing.T) {
	reg := registry.New()
	reg.Expose("shop", &struct {
		name  string
		items map[string]int
	}{"corner", map[string]int{"a": 1}})
	s := eval.NewSession(reg, eval.Limits{})
	look(t, s, context.Background(), "n = 5", `t = "text"`, "live = shop", "copy = [shop.items]")
	r, err := s.Run(context.Background(), eval.Query{Source: "vars()", Mode: eval.Aside})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	r.Node.WriteText(&got, render.Style{Width: 100})
	const want = "" +
		"copy   []any    ≈[map[string]int{\"a\": 1}]   a snapshot, 802 bytes\n" +
		"live            shop                        the live object\n" +
		"n      int      5\n" +
		"t      string   \"text\"\n" +
		"_      []any    ≈[map[string]int{\"a\": 1}]   a snapshot, 802 bytes\n" +
		"_1              shop                        the live object\n" +
		"_2     string   \"text\"\n" +
		"_3     int      5\n"
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// The address of more of an answer that was made of the one before it is right when it is typed: by
// then that one is older.
func TestAddressesOfAnswers(t *testing.T) {
	for source, want := range map[string]string{
		"filter(_, # > 0)":        "filter(_1, # > 0)[64:128]",
		"filter(_, # > 0) // why": "_[64:128]",
		"top(_, 150, -#)":         "top(_1, 150, -#)[64:128]",
		"_":                       "_1[64:128]",
		"_ | map(# + len(_1) + len(_)) | filter(# != 0 and # < 1000)": "(_1 | map(# + len(_2) + len(_1)) | filter(# != 0 and # < 1000))[64:128]",
		`filter(_, "_" != string(#))`:                                 `filter(_1, "_" != string(#))[64:128]`,
	} {
		s := eval.NewSession(registry.New(), eval.Limits{})
		look(t, s, context.Background(), "map(0..9, #)", "map(1..200, #)")
		r, err := s.Eval(context.Background(), source)
		if err != nil || r.Node.Cut == nil || r.Node.Cut.Path != want {
			t.Errorf("%s: %v, and a cut of %+v, want %s", source, err, r.Node.Cut, want)
			continue
		}
		all := ask(t, s, context.Background(), eval.Aside, "_[64]")
		if got := look(t, s, context.Background(), want+"[0]"); got != all {
			t.Errorf("%s begins with %s, want %s", want, got, all)
		}
	}
}
