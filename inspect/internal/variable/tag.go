package variable

import (
	"runtime/debug"
	"strconv"
	"strings"
)

// structPrefix begins the name of a struct type without a name, which is its source.
const structPrefix = "struct {"

// fieldTags returns the tags of the n fields of a struct type without a name, from its source. ok is
// false if that is not understood.
func fieldTags(source string, n int) (tags []string, ok bool) {
	body, begins := strings.CutPrefix(source, structPrefix)
	body, ends := strings.CutSuffix(body, "}")
	if !begins || !ends {
		return nil, false
	}
	tags = make([]string, 0, n)
	tag, level, empty := "", 0, true
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"' || c == '`':
			quoted, err := strconv.QuotedPrefix(body[i:])
			if err != nil {
				return nil, false
			}
			if level == 0 {
				if tag, err = strconv.Unquote(quoted); err != nil {
					return nil, false
				}
			}
			i += len(quoted) - 1
		case strings.IndexByte("([{", c) >= 0:
			level++
		case strings.IndexByte(")]}", c) >= 0:
			level--
		case c == ';' && level == 0:
			tags = append(tags, tag)
			tag, empty = "", true
			continue
		}
		empty = empty && body[i] == ' '
	}
	if !empty {
		tags = append(tags, tag)
	}
	return tags, level == 0 && len(tags) == n
}

// modules are the paths of the modules that the program is made of.
type modules []string

func readModules() (all modules) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, d := range info.Deps {
		all = append(all, d.Path)
	}
	return append(all, info.Main.Path)
}

// standard reports whether a package is of the standard library: it is in none of the modules. That is
// known only if they are, which our own package tells.
func (m modules) standard(pkg string) bool {
	if m.has(pkg) {
		return false
	}
	pkg = strings.TrimSuffix(pkg, "_test") // the tests of a package may be a package of their own
	first, _, _ := strings.Cut(pkg, "/")
	return m.has(ownPackage) && !m.has(pkg) && !strings.Contains(first, ".") && pkg != "main" && pkg != "command-line-arguments"
}

func (m modules) has(pkg string) bool {
	for _, path := range m {
		if path != "" && (pkg == path || strings.HasPrefix(pkg, path+"/")) {
			return true
		}
	}
	return false
}
