package eval

import (
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/inspect/render"
)

// shownRow is a line to type, and what a person sees then.
type shownRow struct{ source, want string }

// seen is what a person sees: the answer as text, or the code of the error and its message.
func seen(t testing.TB, s *Session, source string) string {
	t.Helper()
	x, err := s.Eval(t.Context(), source)
	if err != nil {
		return codeOfError(err) + ": " + err.Error()
	}
	var b strings.Builder
	if err := x.Node.WriteText(&b, render.Style{Width: 80}); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// testShown compares all that a person sees.
func testShown(t *testing.T, s *Session, rows []shownRow) {
	t.Helper()
	for _, c := range rows {
		if got := seen(t, s, c.source); got != c.want {
			t.Errorf("%s\n\tshows %s\n\twant  %s", c.source, got, c.want)
		}
	}
}
