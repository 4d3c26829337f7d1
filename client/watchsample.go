package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/telnet"
)

const (
	// maxSeries bounds the series of a watch. More lines than that tell nothing.
	maxSeries = 16

	// nameWidth is how many columns of a series' name are shown.
	nameWidth = 40

	// maxName bounds a series' name, in columns. It is more than what is shown, as names that differ
	// behind that are those of different numbers.
	maxName = 1000

	// maxRates bounds the counters that are remembered beyond those of the last sample.
	maxRates = 1000
)

// row is what the questions of a watch have been numbers at one moment.
type row struct {
	at       time.Time
	readings []reading
	hists    []histogram
	errs     []failing
	more     int // numbers left out, or not told by the process
}

// reading is a number.
type reading struct {
	name  string // escaped
	text  string // with all digits, for programs
	value float64
	unit  unit
	hist  bool // it is told in a histogram
}

// histogram is what the process draws of a list.
type histogram struct{ name, text string } // escaped

// failing is a question that was not numbers, and why.
type failing struct{ expr, why string }

// numbers are those of one answer.
type numbers struct {
	readings []reading
	hist     *histogram
	more     int // numbers left out, or not told by the process
}

// errList is the error of a value that is a list.
var errList = errors.New("it is a list")

func (r *row) add(a numbers) {
	if a.hist != nil {
		r.hists = append(r.hists, *a.hist)
	}
	r.more += a.more
	for _, one := range a.readings {
		if slices.ContainsFunc(r.readings, func(before reading) bool { return before.name == one.name }) {
			r.more++ // or two numbers would be one series
			continue
		}
		r.readings = append(r.readings, one)
	}
}

// readingsOf returns the numbers of the answer to expr. Those of a struct or a map are named by their
// keys, after the prefix.
func readingsOf(prefix, expr string, a *telnet.Answer) (numbers, error) {
	value := bytes.TrimSpace(a.Value)
	name := text.Escape(text.Cut(expr, maxName))
	if one, ok := readingOf(value, true); ok {
		one.name = name
		one.guessUnit(expr)
		return numbers{readings: []reading{one}}, nil
	}
	switch {
	case string(value) == "null":
		return numbers{readings: []reading{{name: name, value: math.NaN()}}}, nil
	case value[0] == '[':
		return numbers{}, errList
	case value[0] == '{':
		return membersOf(prefix, name, value, a)
	}
	return numbers{}, notNumbers(a.Type)
}

func notNumbers(of string) error {
	return failed("the answer is of type %s, and watch plots numbers; ask for one, such as len(…) or count(…)", of)
}

// membersOf returns the numbers that are members of an object. Where there are none, times are taken.
func membersOf(prefix, name string, value json.RawMessage, a *telnet.Answer) (numbers, error) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.Token()
	var counts, times []reading
	var found numbers
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return found, failure{err}
		}
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return found, failure{err}
		}
		key, _ := token.(string)
		if key == "bars" && member[0] == '[' && a.Type == "struct" {
			found.hist = &histogram{name, a.Text}
			continue
		}
		if key == cutMark {
			found.more += cutOff(member)
			continue
		}
		one, ok := readingOf(member, false)
		if !ok {
			continue
		}
		one.guessUnit(key)
		one.name = key
		if prefix != "" {
			one.name = prefix + "." + key
		}
		one.name = text.Escape(text.Cut(one.name, maxName))
		if one.unit.kind == moments {
			times = append(times, one)
		} else if len(counts) < maxSeries {
			counts = append(counts, one)
		} else {
			found.more++
		}
	}
	if found.readings = counts; len(counts) == 0 {
		found.readings = times[:min(len(times), maxSeries)]
	}
	for i := range found.readings {
		found.readings[i].hist = found.hist != nil
	}
	if len(found.readings) == 0 {
		return found, notNumbers(a.Type)
	}
	return found, nil
}

// cutOff returns how many members of an object were cut, by the mark that stands for them.
func cutOff(mark json.RawMessage) int {
	const most = math.MaxInt / 1000 // so that sums do not overflow
	var cut struct{ More int64 }
	if json.Unmarshal(mark, &cut) != nil {
		return 0
	}
	return int(min(max(cut.More, 0), most))
}

// readingOf returns a JSON value that is a number, a duration, a time or, if it stands alone, a bool.
func readingOf(value json.RawMessage, alone bool) (reading, bool) {
	switch c := value[0]; {
	case c == '-' || c >= '0' && c <= '9':
		x, err := strconv.ParseFloat(string(value), 64)
		return reading{text: string(value), value: x}, err == nil
	case c == '"':
		var s string
		if json.Unmarshal(value, &s) != nil {
			return reading{}, false
		}
		return readingOfString(s)
	case string(value) == "true" && alone:
		return reading{text: "true", value: 1}, true
	case string(value) == "false" && alone:
		return reading{text: "false"}, true
	case c == '{':
		var named map[string]struct{ Value json.RawMessage }
		if json.Unmarshal(value, &named) == nil && len(named) == 1 {
			if n := named[cutMark].Value; len(n) > 0 && n[0] != '{' && n[0] != '"' {
				return readingOf(n, alone)
			}
		}
	}
	return reading{}, false
}

func readingOfString(s string) (reading, bool) {
	switch s {
	case "NaN", "+Inf", "-Inf":
		return reading{text: s, value: math.NaN()}, true // there is no place for it
	}
	if d, err := time.ParseDuration(s); err == nil && strings.Trim(s, "0123456789.+-") != "" {
		x := d.Seconds()
		return reading{text: strconv.FormatFloat(x, 'f', -1, 64), value: x, unit: unit{kind: durations}}, true
	}
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil && !at.IsZero() {
		return reading{text: s, value: float64(at.Unix()) + float64(at.Nanosecond())/1e9, unit: unit{kind: moments}}, true
	}
	return reading{}, false
}

// guessUnit takes a number for bytes if its name says so.
func (r *reading) guessUnit(name string) {
	if r.unit.kind == plain && strings.HasSuffix(strings.ToLower(name), "bytes") {
		r.unit = unit{kind: bytesOf}
	}
}

// setUnit sets the unit that the user has given for plain numbers.
func (r *reading) setUnit(said string) {
	switch {
	case said == "" || r.unit.kind == durations || r.unit.kind == moments:
	case said == "bytes":
		r.unit = unit{kind: bytesOf}
	default:
		r.unit = unit{suffix: text.Escape(text.Cut(said, 12))}
	}
}

// rates are the counters of the sample before.
type rates map[string]counted

type counted struct {
	at   time.Time
	text string
	x    float64
}

// differences replaces the counters in r by what they have grown by in a second since the sample
// before, and returns the names of those that have fallen. They, and those that are new, are a gap.
func (b *rates) differences(r *row) (fallen []string) {
	if *b == nil {
		*b = rates{}
	}
	for i := range r.readings {
		one := &r.readings[i]
		last, known := (*b)[one.name]
		now := counted{r.at, one.text, one.value}
		if math.IsNaN(one.value) {
			delete(*b, one.name)
			continue
		}
		(*b)[one.name] = now
		one.value, one.text = math.NaN(), ""
		if !known {
			continue
		}
		by, ok := now.since(last)
		if !ok {
			fallen = append(fallen, one.name)
			continue
		}
		if passed := now.at.Sub(last.at).Seconds(); passed > 0 {
			one.value = by / passed
			one.text = strconv.FormatFloat(one.value, 'g', -1, 64)
		}
	}
	if len(*b) > maxRates { // the names change all the time
		maps.DeleteFunc(*b, func(_ string, c counted) bool { return !c.at.Equal(r.at) })
	}
	return fallen
}

// since returns by how much a counter has grown, of integers exactly. It reports false if it has fallen.
func (c counted) since(last counted) (float64, bool) {
	from, err := strconv.ParseUint(last.text, 10, 64)
	to, err2 := strconv.ParseUint(c.text, 10, 64)
	if err == nil && err2 == nil {
		return float64(to - from), to >= from
	}
	return c.x - last.x, c.x >= last.x
}
