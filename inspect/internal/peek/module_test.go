package peek

import "testing"

func TestFindTypes(t *testing.T) {
	s := here.findTypes()
	if s.err != nil {
		t.Fatal(s.err)
	}
	t.Logf("base %#x end %#x", s.base, s.end)
}
