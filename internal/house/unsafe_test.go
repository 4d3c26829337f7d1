package house

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/rig"
)

// TestUnsafe: no file outside inspect/internal imports unsafe, except tests. That includes the
// programs that tests build, which are not packages of the module.
func TestUnsafe(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		path = filepath.ToSlash(path)
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "inspect/internal/") {
			return err
		}
		files++
		if strings.Contains(rig.Read(t, path), "\t\"unsafe\"\n") {
			t.Errorf("%s imports unsafe: whatever can break memory safety stands in one place", path)
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}
