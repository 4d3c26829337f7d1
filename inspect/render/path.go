package render

import (
	"strconv"
	"strings"

	"github.com/sightglass-go/sightglass/internal/text"
)

// window returns the expression for the part [lo:hi] of what path reaches, "" if path is "". A part
// of a part is one of the whole: xs[64:128] continues with xs[128:192].
func window(path string, lo, hi int) string {
	if path == "" {
		return ""
	}
	if whole, from, ok := cutWindow(path); ok {
		path, lo, hi = whole, lo+from, hi+from
	}
	return path + "[" + strconv.Itoa(lo) + ":" + strconv.Itoa(hi) + "]"
}

// cutWindow splits xs[64:128] into xs and 64.
func cutWindow(path string) (whole string, from int, ok bool) {
	open := strings.LastIndexByte(path, '[')
	if open <= 0 || !strings.HasSuffix(path, "]") {
		return "", 0, false
	}
	lo, hi, ok := strings.Cut(path[open+1:len(path)-1], ":")
	from, err := strconv.Atoi(lo)
	if _, err2 := strconv.Atoi(hi); !ok || err != nil || err2 != nil || from < 0 {
		return "", 0, false
	}
	return path[:open], from, true
}

// Rest is the expression for all that was cut, where Path is the one for its first part.
func (c *Cut) Rest() string {
	whole, from, ok := cutWindow(c.Path)
	if !ok || c.More == 0 {
		return c.Path
	}
	return whole + "[" + strconv.Itoa(from) + ":" + strconv.Itoa(from+c.More) + "]"
}

// keyPath returns the expression for the entry of the map at path with a plain key, "" if there is
// none.
func keyPath(path string, key any) string {
	if path == "" {
		return ""
	}
	switch k := key.(type) {
	case string:
		return path + "[" + text.Literal(k) + "]"
	case bool, int, int64, uint64:
		return path + "[" + scalarText(k) + "]"
	}
	return ""
}
