package house

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestUnsafe holds that no file outside inspect/internal imports unsafe, the programs that tests build included,
// which are no packages of the module. Only tests themselves may.
func TestUnsafe(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		path = filepath.ToSlash(path)
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "inspect/internal/") {
			return err
		}
		files++
		if strings.Contains(rig.Read(t, path), "\t\"unsafe\"\n") {
			t.Errorf("%s imports unsafe: what can break memory safety is to be read in one place", path)
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}
