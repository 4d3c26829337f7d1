package process

import (
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Build is how the binary was built.
type Build struct {
	goVersion string
	target    string // GOOS/GOARCH
	path      string // of the main package
	module    Module
	modules   map[string]Module // that it depends on, by their paths
	settings  map[string]string // of the go command, such as -tags and CGO_ENABLED
	revision  string            // of the version control system
	committed time.Time         // when the revision was; zero if unknown
	modified  bool              // the tree had changes
}

// Module is one module of a build.
type Module struct {
	version  string
	sum      string
	replaced string // the path and version that took its place, "" if none did
}

// ReadBuild reads what the go command left in the binary. Only goVersion and target are set if it
// left nothing.
func ReadBuild() Build {
	b := Build{goVersion: runtime.Version(), target: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.path, b.module = info.Path, module(&info.Main)
	b.modules = make(map[string]Module, len(info.Deps))
	for _, m := range info.Deps {
		b.modules[m.Path] = module(m)
	}
	b.settings = make(map[string]string, len(info.Settings))
	for _, s := range info.Settings {
		b.settings[s.Key] = redactWords(s.Value)
		switch s.Key {
		case "vcs.revision":
			b.revision = s.Value
		case "vcs.time":
			b.committed, _ = time.Parse(time.RFC3339, s.Value)
		case "vcs.modified":
			b.modified = s.Value == "true"
		}
	}
	return b
}

func module(m *debug.Module) Module {
	out := Module{version: m.Version, sum: m.Sum}
	if r := m.Replace; r != nil {
		out.replaced = strings.TrimSpace(r.Path + " " + r.Version)
	}
	return out
}
