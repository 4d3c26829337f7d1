package peek

import "testing"

func TestMapsProved(t *testing.T) {
	if err := proveMaps(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkProveMaps(b *testing.B) {
	for b.Loop() {
		proveMaps()
	}
}
