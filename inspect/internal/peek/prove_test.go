package peek

import "testing"

func TestMapsProved(t *testing.T) {
	if err := here.proveMaps(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkProveMaps(b *testing.B) {
	for b.Loop() {
		here.proveMaps()
	}
}
