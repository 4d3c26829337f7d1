package eval

import (
	"slices"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	// A and B are embedded under their exported names.
	A struct {
		ID   int
		only string
	}
	B struct {
		ID   int
		hide int `inspect:"-"`
	}
	C  struct{ hide, ID int }
	AB struct {
		A
		B
	}
	// deepAB has the two IDs a level further down.
	deepAB struct {
		AB
		name string
	}
	numbered struct{ n int }
	// withMethod has a field ID and a method ID on one level.
	withMethod struct {
		A
		numbered
	}
	// hiding has a method that is shallower than the field.
	hiding struct {
		deepAB
		numbered
	}
	// visible has one hide that may be seen.
	visible struct {
		B
		C
	}
)

func (numbered) ID() int { return 7 }

// TestAmbiguous asks for names that Go does not let one select: each is an error that says what to write, and never
// one of the fields.
func TestAmbiguous(t *testing.T) {
	reg := registry.New()
	x := &AB{A{1, "only"}, B{2, 0}}
	reg.Expose("x", x)
	reg.Expose("xs", &[]AB{*x, {}})
	reg.Expose("deep", &deepAB{*x, "n"})
	reg.Expose("m", &withMethod{A: A{ID: 1}}, registry.Methods("ID"))
	reg.Expose("hiding", &hiding{}, registry.Methods("ID"))
	reg.Expose("v", &visible{C: C{hide: 5}})
	reg.Expose("boxed", &[]any{*x})
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range []struct{ source, want string }{
		{`x.ID`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:3; write x.A.ID or x.B.ID"},
		{`x["ID"]`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:2; write x.A.ID or x.B.ID"},
		{`get(x, "ID")`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:1; write x.A.ID or x.B.ID"},
		{`x?.ID`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:4; write x.A.ID or x.B.ID"},
		{`x.ID ?? 5`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:3; write x.A.ID or x.B.ID"},
		{`boxed[0]?.ID`, "error: boxed[0] (eval.AB) has more than one ID: A.ID and B.ID at 1:11; write boxed[0].A.ID or boxed[0].B.ID"},
		{`"ID" in x`, "error: x (eval.AB) has more than one ID: A.ID and B.ID at 1:6; write x.A.ID or x.B.ID"},
		{`count(xs, .ID > 0)`, "error: xs[0] (eval.AB) has more than one ID: A.ID and B.ID at 1:12; write xs[0].A.ID or xs[0].B.ID"},
		{`count(xs, .A.ID > 0)`, "1"},
		{`x.A.ID`, "1"}, {`x.B.ID`, "2"}, {`x.only`, `"only"`}, {`x.hide`, "error: x (eval.AB) has no field hide at 1:3; dir(x) lists what it has"},
		{`deep.ID`, "error: deep (eval.deepAB) has more than one ID: AB.A.ID and AB.B.ID at 1:6; write deep.AB.A.ID or deep.AB.B.ID"},
		{`deep.AB.ID`, "error: deep.AB (eval.AB) has more than one ID: A.ID and B.ID at 1:9; write deep.AB.A.ID or deep.AB.B.ID"},
		{`deep.A.ID`, "1"}, {`deep.only`, `"only"`},
		{`m.ID`, "error: m (eval.withMethod) has more than one ID: A.ID and numbered.ID() at 1:3; write m.A.ID or m.numbered.ID()"},
		{`m.A.ID`, "1"}, {`m.numbered.ID()`, "7"},
		{`hiding.ID`, "error: hiding (eval.hiding) has a method ID, which hides the fields deepAB.AB.A.ID and deepAB.AB.B.ID at 1:8; write hiding.deepAB.AB.A.ID, hiding.deepAB.AB.B.ID or hiding.ID()"},
		{`hiding.ID()`, "7"}, {`v.hide`, "5"},
		{`x == xs[0]`, "true"}, {`x == xs[1]`, "false"},
		{`toJSON(x) contains "only"`, "true"},
		{`dir(x)`, "A      eval.A   embedded\nB      eval.B   embedded\nID              ambiguous: write A.ID or B.ID\nonly   string"},
		{`dir(deep)`, "AB     eval.AB   embedded\nname   string\nA      eval.A    embedded\nB      eval.B    embedded\nID               ambiguous: write AB.A.ID or AB.B.ID\nonly   string"},
		{`dir(m)`, "A          eval.A          embedded\nnumbered   eval.numbered   embedded\nID                         ambiguous: write A.ID or numbered.ID()\nonly       string\nn          int"},
		{`dir(hiding)`, "deepAB     eval.deepAB     embedded\nnumbered   eval.numbered   embedded\nAB         eval.AB         embedded\nname       string\nn          int\nA          eval.A          embedded\nB          eval.B          embedded\nID                         hidden by the method: write deepAB.AB.A.ID or deepAB.AB.B.ID\nonly       string\nID         func() int"},
		{`help(x)`, "x   *eval.AB\nno lock found: read racily\n.A      eval.A   embedded\n.B      eval.B   embedded\n.ID              ambiguous: write A.ID or B.ID\n.only   string"},
	} {
		if got := strip(shown(t, s, tt.source)); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
	for line, want := range map[string][]string{"x.": {"A", "B", "only"}, "deep.": {"A", "AB", "B", "name", "only"}, "x.I": nil} {
		var got []string
		for _, c := range s.Complete(line, len(line)) {
			got = append(got, c.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("completions of %s: %q, want %q", line, got, want)
		}
	}
}
