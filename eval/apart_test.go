package eval

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	apartID  [4]byte
	apartKey struct{ x, y int }
	apartGen [2]int
	apartNum int32
)

type apartWorld struct {
	times  []time.Time
	jobs   []apartJob
	byTime map[time.Time]int
	byPair map[apartGen]int
	byKey  map[apartKey]int
	byID   map[apartID]int
	byText map[string]int
	mixed  map[any]int
	byAny  map[any]string
	byDur  map[time.Duration]int
	byF    map[float64]int
	byNum  map[apartNum]int
	byBool map[bool]int
	byPtr  map[*int]int
	byIf   map[any]time.Time
	zone   map[string]time.Time
	twice  map[time.Time]int
	narrow map[any]int
	byUUID map[[16]byte]int
	nested map[apartNested]int
}

type apartNested struct {
	at apartGen
	id [2]byte
}

type apartJob struct {
	at time.Time
	n  int
}

func newApartWorld() *apartWorld {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	n := 1
	w := &apartWorld{
		times:  []time.Time{at, at.Add(time.Minute), at.Add(time.Second), at.Add(time.Nanosecond), at.Add(-49 * time.Hour)},
		byTime: map[time.Time]int{at: 1, at.Add(time.Minute): 2, at.Add(1): 3},
		byPair: map[apartGen]int{{0, 1}: 1}, byKey: map[apartKey]int{{1, 2}: 1}, byID: map[apartID]int{{0x64, 1, 2, 0xff}: 1, {'a', 'b', 'c', 'd'}: 2},
		byText: map[string]int{"caf\xe9": 1, "café": 2, "": 3, "a\nb": 4}, mixed: map[any]int{int32(7): 1, uint8(7): 2, 7: 3, int64(7): 4, "7": 5, 7.0: 6, float32(7): 7, apartNum(7): 8, apartKey{1, 2}: 9, apartGen{0, 1}: 10, true: 11, at: 12, time.Second: 13, apartID{1, 2, 3, 4}: 14, nil: 15},
		byDur: map[time.Duration]int{time.Minute: 1}, byF: map[float64]int{1: 1, 1.5: 2, 1e21: 3}, byNum: map[apartNum]int{7: 1}, byBool: map[bool]int{true: 1}, byPtr: map[*int]int{&n: 1},
		zone: map[string]time.Time{"a": at, "b": at.In(time.FixedZone("X", 3600))},
	}
	w.twice = map[time.Time]int{at: 1, at.In(time.FixedZone("X", 3600)): 2}
	w.narrow = map[any]int{int32(7): 1, uint8(7): 2, int8(8): 3}
	w.byUUID = map[[16]byte]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}: 1}
	w.nested = map[apartNested]int{{apartGen{1, 2}, [2]byte{10, 11}}: 1}
	for i, t := range w.times {
		w.jobs = append(w.jobs, apartJob{t, i})
	}
	return w
}

func TestApart(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", newApartWorld(), registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, tt := range []struct{ source, want string }{
		{`w.times`, "[]time.Time{\n  2026-11-28T12:00:00Z, 2026-11-28T12:01:00Z, 2026-11-28T12:00:01Z, 2026-11-28T12:00:00.000000001Z, 2026-11-26T11:00:00Z\n}\n"}, {`w.jobs`, "[]eval.apartJob{\n  at                              n\n  2026-11-28T12:00:00Z            0\n  2026-11-28T12:01:00Z            1\n  2026-11-28T12:00:01Z            2\n  2026-11-28T12:00:00.000000001Z  3\n  2026-11-26T11:00:00Z            4\n}\n"}, {`w.byTime`, "map[time.Time]int{\n  date(\"2026-11-28T12:00:00Z\"): 1\n  date(\"2026-11-28T12:00:00.000000001Z\"): 3\n  date(\"2026-11-28T12:01:00Z\"): 2\n}\n"}, {`freq(w.jobs, .at)`, "value                           count  percent\n2026-11-26T11:00:00Z                1       20\n2026-11-28T12:00:00Z                1       20\n2026-11-28T12:00:00.000000001Z      1       20\n2026-11-28T12:00:01Z                1       20\n2026-11-28T12:01:00Z                1       20\n"}, {`groupBy(w.jobs, .at)`, "{\n  date(\"2026-11-26T11:00:00Z\"): [eval.apartJob{at: 3d13h ago, n: 4}]\n  date(\"2026-11-28T12:00:00Z\"): [eval.apartJob{at: 1d12h ago, n: 0}]\n  date(\"2026-11-28T12:00:00.000000001Z\"): [eval.apartJob{at: 1d11h ago, n: 3}]\n  date(\"2026-11-28T12:00:01Z\"): [eval.apartJob{at: 1d11h ago, n: 2}]\n  date(\"2026-11-28T12:01:00Z\"): [eval.apartJob{at: 1d11h ago, n: 1}]\n}\n"}, {`map(w.jobs, .at)`, "[2026-11-28T12:00:00Z, 2026-11-28T12:01:00Z, 2026-11-28T12:00:01Z, 2026-11-28T12:00:00.000000001Z, 2026-11-26T11:00:00Z]\n"}, {`[w.times[0], w.times[1]]`, "[1d12h ago, 1d11h ago]\n"}, {`keys(w.byTime)`, "[2026-11-28T12:00:00Z, 2026-11-28T12:01:00Z, 2026-11-28T12:00:00.000000001Z]\n"},
		{`top(w.jobs, 3, .at)`, "by                              key  value eval.apartJob\n2026-11-28T12:01:00Z              1  {at: 2026-11-28T12:01:00Z, n: 1}\n2026-11-28T12:00:01Z              2  {at: 2026-11-28T12:00:01Z, n: 2}\n2026-11-28T12:00:00.000000001Z    3  {at: 2026-11-28T12:00:00.000000001Z, n: 3}\n"}, {`w.jobs[:2]`, "[]eval.apartJob{{at: 1d12h ago, n: 0}, {at: 1d11h ago, n: 1}}\n"}, {`w.byPair`, "map[eval.apartGen]int{[0, 1]: 1}\n"}, {`w.byKey`, "map[eval.apartKey]int{{x: 1, y: 2}: 1}\n"}, {`w.byID`, "map[eval.apartID]int{b\"abcd\": 2, \"640102ff\": 1}\n"}, {`w.byText`, "map[string]int{\"\": 3, \"a\\nb\": 4, \"café\": 2, b\"caf\\xe9\": 1}\n"}, {`w.mixed`, "map[any]int{\n  eval.apartNum(7):         8\n  float32(7):               7\n  7.0:                      6\n  7:                        3\n  int32(7):                 1\n  int64(7):                 4\n  uint8(7):                 2\n  1s:                       13\n  \"7\":                      5\n  date(\"2026-11-28T12:00:00Z\"): 12\n  eval.apartGen{0, 1}:      10\n  eval.apartID(0x01020304): 14\n  eval.apartKey{x: 1, y: 2}: 9\n  nil:                      15\n  true:                     11\n}\n"}, {`w.byDur`, "map[time.Duration]int{1m0s: 1}\n"}, {`w.byF`, "map[float64]int{1: 1, 1.5: 2, 1e+21: 3}\n"}, {`w.byNum`, "map[eval.apartNum]int{7: 1}\n"}, {`w.byBool`, "map[bool]int{true: 1}\n"}, {`w.zone`, "map[string]time.Time{\"a\": 1d12h ago, \"b\": 1d12h ago}\n"},
	} {
		r, err := s.Eval(t.Context(), tt.source)
		if err != nil {
			t.Errorf("%s: %v", tt.source, err)
			continue
		}
		var out strings.Builder
		if err := r.Node.WriteText(&out, render.Style{Width: 120, Now: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)}); err != nil {
			t.Error(err)
		}
		if got := strip(out.String()); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
	for _, tt := range []struct{ source, want string }{
		{`w.byPair[{0, 1}]`, `error: unexpected "," at 1:12`}, {`w.byPair[[0, 1]]`, "1"}, {`w.byID["abcd"]`, `error: w.byID (map[eval.apartID]int) has no such keys: "abcd" cannot be a key of the type eval.apartID: it has 4 bytes, which are written as 8 hexadecimal digits at 1:7`}, {`w.byID[0x640102ff]`, "error: w.byID (map[eval.apartID]int) has no such keys: 1677787903 cannot be a key of the type eval.apartID at 1:7"}, {`w.byText["caf\xe9"]`, "2"}, {`w.byTime[date("2026-11-28T12:00:00Z")]`, "1"}, {`w.mixed[7]`, "3"}, {`w.mixed[int32(7)]`, "1"}, {`w.mixed[eval.apartNum(7)]`, "8"}, {`w.mixed[float32(7)]`, "7"}, {`w.mixed[uint16(7)]`, `error: w.mixed has no key uint16(7) at 1:8; get() and ?. give nil instead`}, {`w.narrow[int32(7)]`, "1"}, {`w.narrow[uint8(7)]`, "2"}, {`w.narrow[byte(7)]`, "2"}, {`w.narrow[int(7)]`, `error: w.narrow (map[any]int) has several keys that equal 7, of different types: name one by its type, as in m[int32(7)] at 1:9`}, {`w.narrow?.[int8(7)] ?? 0`, "0"}, {`sort(map(keys(w.mixed), w.mixed[#]))`, "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]"}, {`all(keys(w.mixed), # in w.mixed)`, "true"}, {`all(w.mixed, w.mixed[#key] == #)`, "true"}, {`sort(map(keys(w.narrow), w.narrow[#]))`, "[1, 2, 3]"}, {`w.jobs[int32(0)].n`, "0"}, {`w.byNum[eval.apartNum(7)]`, "1"}, {`w.mixed[int32("x")]`, `error: w.mixed has no key int32("x") at 1:8; get() and ?. give nil instead`}, {`w.mixed[nothing(7)]`, "error: unknown function nothing at 1:9; help functions lists them"}, {`find(w.mixed, #key == 7 && type(#key) == "eval.apartNum")`, "8"}, {`w.mixed[eval.foo]`, "error: unknown name eval at 1:9; dir() lists what there is"}, {`w.byKey[{x: 1, y: 2}]`, "1"},
		{`w.mixed[7.0]`, "6"}, {`find(w.mixed, #key == 7 && type(#key) == "int32")`, "1"}, {`w.byID["0x640102FF"]`, "1"}, {`w.byID["640102"]`, `error: w.byID (map[eval.apartID]int) has no such keys: "640102" cannot be a key of the type eval.apartID: it has 4 bytes, which are written as 8 hexadecimal digits at 1:7`}, {`w.byID[b"abcd"]`, "2"}, {`w.byText[b"caf\xe9"]`, "1"}, {`w.twice[date("2026-11-28T12:00:00Z")]`, "1"}, {`filter(w.twice, #key == date("2026-11-28T12:00:00Z"))`, `map[time.Time]int{date("2026-11-28T12:00:00Z"): 1, date("2026-11-28T13:00:00+01:00"): 2}`}, {`w.narrow[7]`, `error: w.narrow (map[any]int) has several keys that equal 7, of different types: name one by its type, as in m[int32(7)] at 1:9`}, {`w.narrow[8]`, "3"}, {`w.byUUID["00010203-0405-0607-0809-0a0b0c0d0e0f"]`, "1"}, {`w.byUUID`, `map[[16]byte]int{"000102030405060708090a0b0c0d0e0f": 1}`}, {`date("2026-11-28T12:00:00Z") in w.byTime`, "true"}, {`date("2020-11-28T12:00:00Z") in w.byTime`, "false"}, {`w.byTime[date("2020-11-28T12:00:00Z")]`, `error: w.byTime has no key date("2020-11-28T12:00:00Z") at 1:9; get() and ?. give nil instead`}, {`keys(w.byPair)`, "[eval.apartGen{0, 1}]"}, {`w.nested`, `map[eval.apartNested]int{{at: [1, 2], id: "0a0b"}: 1}`}, {`w.nested[{at: [1, 2], id: "0a0b"}]`, "1"},
	} {
		if got := strip(shown(t, s, tt.source)); got != tt.want {
			t.Errorf("%s: %s\nwant %s", tt.source, got, tt.want)
		}
	}
	// What completion proposes is found.
	for line, want := range map[string]map[string]string{
		`w.byText["caf`: {`"café"]`: "2", `b"caf\xe9"]`: "1"}, `w.byTime[`: {`date("2026-11-28T12:00:00Z")]`: "1", `date("2026-11-28T12:00:00.000000001Z")]`: "3", `date("2026-11-28T12:01:00Z")]`: "2"},
		`w.byPair[`: {`[0, 1]]`: "1"}, `w.byKey[`: {`{x: 1, y: 2}]`: "1"}, `w.byID[`: {`"61626364"]`: "2", `"640102ff"]`: "1"}, `w.byNum[`: {`7]`: "1"},
		`w.mixed[`: {`7]`: "3", `7.0]`: "6", `"7"]`: "5", `true]`: "11", `date("2026-11-28T12:00:00Z")]`: "12", `duration("1s")]`: "13"},
	} {
		got := map[string]string{}
		for _, c := range s.Complete(line, len(line)) {
			if c.Kind == KindKey {
				got[c.Text] = shown(t, s, line[:c.Start]+c.Text)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s completes to %v, want %v", line, got, want)
		}
	}
}
