package eval_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

type noted struct {
	Name, Note string
	Size       int
	Items      map[string]string
}

// TestForgotten: what a session keeps of an object is forgotten once more of that is hidden, or it is withdrawn.
func TestForgotten(t *testing.T) {
	const secret = "hunter2"
	cfg := &noted{"n", secret, 41, map[string]string{"a": secret}}
	makers := []string{
		`x = cfg.Note`, `x = [cfg, cfg.Note]`, `x = snap(cfg)`, `x = {a: cfg.Note}`, `x = string(cfg)`, `x = toJSON(cfg)`, `x = filter(cfg.Items, true)`, `x = groupBy([cfg.Note], #)`,
		`x = len(cfg.Note)`, `x = cfg.Note == "hunter2"`, `x = diff(cfg, other)`, `x = [$env.cfg.Note]`, `x = map([cfg], .Note)`, `x = cfg.Items["a"]`, `x = freq([cfg.Note])`,
	}
	uses := []string{`x`, `x ?? 1`, `[x]`, `y`, `y == x`, `_`, `_1`, `_2`, `_3`, `_4`, `_5`, `_6`, `vars()`, `x.Note`, `x[1]`, `string(x)`, `len(x)`}
	for name, change := range map[string]func(*registry.Registry){
		"hidden": func(reg *registry.Registry) { reg.Expose("cfg", cfg, registry.Hide("Note", "Items.*")) },
		"hidden more": func(reg *registry.Registry) {
			reg.Expose("cfg", cfg, registry.Hide("Size", "Note", "Items.a"))
		},
		"withdrawn": func(reg *registry.Registry) { reg.Withdraw("cfg") },
	} {
		for _, maker := range makers {
			reg := registry.New()
			reg.Expose("cfg", cfg, registry.Hide("Size"))
			reg.Expose("other", &noted{})
			s := eval.NewSession(reg, eval.Limits{})
			ctx := t.Context()
			if got := look(t, s, ctx, `[cfg]`, `cfg.Note`, maker, `y = [x]`, `vars()`, `z = 80`, `kept = other.Name`); !strings.Contains(got, `""`) {
				t.Fatalf("%s: %s", maker, got)
			}
			change(reg)
			for _, use := range uses {
				got := ask(t, s, ctx, eval.Aside, use)
				got += fmt.Sprint(s.Complete(use+".", len(use)+1), s.Complete(use+`["`, len(use)+2), s.Complete("", 0))
				if strings.Contains(got, secret) || strings.HasPrefix(got, "7") || strings.HasPrefix(got, "true") {
					t.Errorf("%s, %s: %s is %s", name, maker, use, got)
				}
			}
			if got := look(t, s, ctx, "x"); !strings.Contains(got, "was forgotten: it was made of cfg") {
				t.Errorf("%s, %s: %s", name, maker, got)
			}
			if got := look(t, s, ctx, `[z, kept]`); got != `[80, ""]` {
				t.Errorf("%s, %s: what has nothing to do with it is %s", name, maker, got)
			}
			if got := look(t, s, ctx, `x = 1`, `x + 1`); got != "2" {
				t.Errorf("%s, %s: anew it is %s", name, maker, got)
			}
		}
	}
}

// TestForgottenBesideCompletion: a completion may look at what is kept after an object was hidden, and
// before an evaluation that had read it keeps its answer.
func TestForgottenBesideCompletion(t *testing.T) {
	reg := registry.New()
	cfg := &noted{Note: "hunter2"}
	reg.Expose("cfg", cfg)
	s := eval.NewSession(reg, eval.Limits{})
	reg.Func("hiding", func(context.Context) any {
		reg.Expose("cfg", cfg, registry.Hide("Note"))
		s.Complete("", 0)
		return 1
	})
	look(t, s, t.Context(), `x = [cfg.Note, hiding]`)
	if got := look(t, s, t.Context(), `x`); !strings.Contains(got, "was forgotten: it was made of cfg") {
		t.Error(got)
	}
}

// TestKeptOverExposures: a name that is exposed anew with no more of it hidden makes nothing forgotten, and a path is asked again.
func TestKeptOverExposures(t *testing.T) {
	reg := registry.New()
	reg.Expose("cfg", &noted{Note: "one"}, registry.Hide("Size", "Items.*"))
	s := eval.NewSession(reg, eval.Limits{})
	look(t, s, t.Context(), `x = [cfg.Note]`, `live = cfg`)
	for _, hide := range [][]string{{"Items.*", "Size"}, {"Size"}, nil, {"Items.*"}} {
		reg.Expose("cfg", &noted{Note: "two"}, registry.Hide(hide...))
		if got := look(t, s, t.Context(), `x[0] + live.Note`); got != `"onetwo"` {
			t.Errorf("%v: %s", hide, got)
		}
	}
	reg.Expose("cfg", &noted{Note: "three"}, registry.Hide("Note"))
	if got := look(t, s, t.Context(), `live.Note`); got != "<redacted>" {
		t.Error(got)
	}
}
