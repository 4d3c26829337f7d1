package pattern

import (
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

func FuzzGlob(f *testing.F) {
	f.Add("a*b*", "axxb")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 200 || len(name) > 200 {
			return
		}
		if got, want := glob(pattern, name), slowGlob(pattern, name); got != want {
			t.Errorf("%q %q: %v", pattern, name, got)
		}
	})
}

// slowGlob tries each suffix of the pattern on each suffix of the name, the shortest first.
func slowGlob(pattern, name string) bool {
	ends := make([][]bool, len(pattern)+1)
	for i := len(pattern); i >= 0; i-- {
		ends[i] = make([]bool, len(name)+1)
		for j := len(name); j >= 0; j-- {
			switch {
			case i == len(pattern):
				ends[i][j] = j == len(name)
			case pattern[i] == '*':
				ends[i][j] = ends[i+1][j] || j < len(name) && ends[i][j+1]
			default:
				ends[i][j] = j < len(name) && name[j] == pattern[i] && ends[i+1][j+1]
			}
		}
	}
	return ends[0][0]
}
