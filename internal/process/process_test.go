package process

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestNames: this runtime has each metric that memory and collector are made of.
func TestNames(t *testing.T) {
	known := map[string]bool{}
	for _, d := range metrics.All() {
		known[d.Name] = true
	}
	for _, file := range []string{"memory.go", "limits.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		names := 0
		for _, part := range strings.Split(string(source), `"`) {
			if strings.HasPrefix(part, "/") {
				names++
				if !known[part] {
					t.Errorf("%s: no metric %s", file, part)
				}
			}
		}
		if names < 3 {
			t.Errorf("%s names %d metrics", file, names)
		}
	}
}

var kept []byte // lives while a test looks

func TestMemory(t *testing.T) {
	before := ReadMemory()
	kept = make([]byte, 16<<20)
	after := ReadMemory()
	if got := after.allocated - before.allocated; got < 16<<20 || after.objects < 16<<20 {
		t.Errorf("16 MiB more: allocated %d more, objects are %d", got, after.objects)
	}
	sum := after.objects + after.unused + after.free + after.released + after.stacks + after.runtime
	if sum != after.total {
		t.Errorf("the parts are %d, and all is %d", sum, after.total)
	}
	kept = nil
}

func TestCollector(t *testing.T) {
	before := ReadCollector()
	runtime.GC()
	after := ReadCollector()
	if after.cycles <= before.cycles || after.forced <= before.forced || after.pauses.count <= before.pauses.count || after.cpuShare <= 0 || after.cpuShare > 1 {
		t.Errorf("before a collection %+v, and after it %+v", before, after)
	}
	if after.cpu <= before.cpu || after.pauses.p50 <= 0 || after.pauses.p50 > after.pauses.most || after.pauses.most > time.Hour {
		t.Errorf("the times of a collection: before it %+v, and after it %+v", before, after)
	}
}

func TestSeconds(t *testing.T) {
	d := timesOf(Distribution{count: 3, p50: 1e-9, p90: 0.0000491520004, p99: 1.5, most: 86400})
	if want := (Times{3, time.Nanosecond, 49152 * time.Nanosecond, 1500 * time.Millisecond, 24 * time.Hour}); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
}

func TestMetrics(t *testing.T) {
	all := Metrics()
	if m := all["/sched/gomaxprocs:threads"]; m.value != uint64(runtime.GOMAXPROCS(0)) || m.unit != "threads" || m.doc == "" || m.spread != nil {
		t.Errorf("/sched/gomaxprocs:threads is %+v", m)
	}
	if m := all["/sched/latencies:seconds"]; m.spread == nil || m.value != m.spread.count {
		t.Errorf("/sched/latencies:seconds is %+v", m)
	}
}

func TestDistribution(t *testing.T) {
	inf := func() float64 { var zero float64; return 1 / zero }()
	for _, tt := range []struct {
		counts []uint64
		want   Distribution
	}{
		{[]uint64{0, 0, 0}, Distribution{}},
		{[]uint64{1, 0, 0}, Distribution{1, 1, 1, 1, 1}},
		{[]uint64{50, 49, 1}, Distribution{100, 1, 2, 2, 2}},
		{[]uint64{0, 90, 10}, Distribution{100, 2, 2, 2, 2}},
		{[]uint64{89, 0, 11}, Distribution{100, 1, 2, 2, 2}},
	} {
		h := &metrics.Float64Histogram{Counts: tt.counts, Buckets: []float64{-inf, 1, 2, inf}}
		if got := distribution(h); got != tt.want {
			t.Errorf("%v: %+v, want %+v", tt.counts, got, tt.want)
		}
	}
}

func TestBuild(t *testing.T) {
	b := ReadBuild()
	if b.goVersion != runtime.Version() || b.settings["GOARCH"] != runtime.GOARCH {
		t.Errorf("%+v", b)
	}
}

// TestSecretsOfTheStart: the command line, and the flags of a linker, tell no secret.
func TestSecretsOfTheStart(t *testing.T) {
	args := redactArguments([]string{"./shop", "-token", "hunter2", "--api-key=hunter2", "-v", "token=hunter2",
		"--password", "-x", "plain", "--tokens", "hunter2", "hunter", "-name=ann", "--db-password=hunter2", "-D", "secret=hunter2",
		"-token", "-abc", "-token", "--password", "hunter2", "-token", "-name=hunter2", "-secret"})
	want := []string{"./shop", "-token", redacted, "--api-key=" + redacted, "-v", "token=" + redacted,
		"--password", redacted, "plain", "--tokens", redacted, "hunter", "-name=ann", "--db-password=" + redacted, "-D", "secret=" + redacted,
		"-token", redacted, "-token", redacted, redacted, "-token", redacted, "-secret"}
	if !slices.Equal(args, want) {
		t.Errorf("%q", args)
	}
	for text, want := range map[string]string{
		"-s -w -X main.version=3":                         "-s -w -X main.version=3",
		"-X main.apiToken=hunter2 -w":                     "-X main.apiToken=" + redacted + " -w",
		"-X 'github.com/acme/shop.token=hunter2'":         "-X 'github.com/acme/shop.token=" + redacted + "'",
		"-X=main.token=hunter2 -w":                        "-X=main.token=" + redacted + " -w",
		"-X 'main.token=hunter2 x' -w":                    "-X 'main.token=" + redacted + "' -w",
		"-w\t-X\tmain.token=hunter2\t-s":                  "-w\t-X\tmain.token=" + redacted + "\t-s",
		"--env=DB_PASSWORD=hunter2":                       "--env=DB_PASSWORD=" + redacted,
		"name=ann,db.password=hunter2":                    "name=ann,db.password=" + redacted,
		"\"token=hunter2 a=b":                             "\"token=" + redacted,
		"a=b=c 'd=e' = ' =":                               "a=b=c 'd=e' = ' =",
		"--token='hunter2 x' -w":                          "--token=" + redacted + " -w",
		"token=\"hunter2 x":                               "token=" + redacted,
		"app.api-key=hunter2":                             "app.api-key=" + redacted,
		"-X github.com/acme/shop.Password=hunter2 -X a=b": "-X github.com/acme/shop.Password=" + redacted + " -X a=b",
	} {
		if got := redactWords(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("SIGHTGLASS_TEST", "a=b")
	if got := Environment()["SIGHTGLASS_TEST"]; got != "a=b" {
		t.Errorf("%q", got)
	}
}

// a celsius is a flag.Value of its own.
type celsius struct {
	degrees float64
	set     bool // from now on nobody may ask
}

func (c *celsius) String() string {
	if c.set {
		panic("called")
	}
	return ""
}

// a password says how it wants to be written.
type password string

func (*password) String() string { return "***" }

func (*password) Set(string) error { return nil }

func (c *celsius) Set(string) error { return nil }

// TestFlags: flags are read while they change, and none is called.
func TestFlags(t *testing.T) {
	was := flag.CommandLine
	defer func() { flag.CommandLine = was }()
	flag.CommandLine = flag.NewFlagSet("shop", flag.ContinueOnError)
	name := flag.String("name", "ann", "")
	flag.Int("n", 7, "")
	flag.Bool("v", true, "")
	flag.Duration("wait", time.Second, "")
	flag.Float64("share", 0.5, "")
	flag.String("db-password", "hunter2", "")
	flag.String("define", "main.token=hunter2", "")
	login := password("hunter2")
	flag.Var(&login, "login", "")
	flag.Func("f", "", func(string) error { panic("called") })
	warm := &celsius{degrees: 20}
	flag.Var(warm, "c", "")
	warm.set = true
	got, err := Flags()
	want := map[string]string{"name": "ann", "n": "7", "v": "true", "wait": "1s", "share": "0.5", "db-password": redacted,
		"define": "main.token=" + redacted, "login": redacted,
		"f": "(a flag.funcValue)", "c": "(a *process.celsius)"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if attack.RaceDetector {
		return // the writer races with nothing that it knows
	}
	var writing sync.WaitGroup
	stop := make(chan struct{})
	writing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				*name = strings.Repeat("x", len(*name)%9)
			}
		}
	})
	for range 300 {
		if _, err := Flags(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	writing.Wait()
}

func TestLimits(t *testing.T) {
	l := ReadLimits()
	if l.maxProcs != uint64(runtime.GOMAXPROCS(0)) || l.cpus != runtime.NumCPU() || l.gcPercent == 0 {
		t.Errorf("%+v", l)
	}
	if limit(1<<30) != 1<<30 || limit(1<<63-1) != 0 {
		t.Error("no limit is 0")
	}
}

//go:noinline
func allocateHere(n int) [][]byte {
	var all [][]byte
	for range n {
		all = append(all, make([]byte, 64<<10))
	}
	return all
}

// TestProfiles: what a function allocates is told of it, within the error of sampling.
func TestProfiles(t *testing.T) {
	all := allocateHere(400)
	runtime.GC()
	runtime.GC()
	p := ReadProfiles()
	runtime.KeepAlive(all)
	at := slices.IndexFunc(p.heap, func(a Allocated) bool { return strings.HasSuffix(a.function, "process.allocateHere") })
	if at < 0 {
		t.Fatal("it is in no profile")
	}
	if a := p.heap[at]; a.bytes < 13<<20 || a.bytes > 52<<20 || a.line == 0 || !strings.HasSuffix(a.file, "_test.go") || len(a.frames) < 2 {
		t.Errorf("25 MiB are %+v", a)
	}
	if !slices.IsSortedFunc(p.heap, func(a, b Allocated) int { return int(int64(b.bytes) - int64(a.bytes)) }) {
		t.Error("the most is not first")
	}
}

// TestContended: the profile of mutexes is there once the application switches it on.
func TestContended(t *testing.T) {
	defer runtime.SetMutexProfileFraction(runtime.SetMutexProfileFraction(1))
	var mu sync.Mutex
	waits := func() time.Duration {
		for _, c := range ReadProfiles().mutex {
			if strings.Contains(c.function, "TestContended") && c.count > 0 {
				return c.waited
			}
		}
		return 0
	}
	for waits() == 0 {
		mu.Lock()
		var waiting sync.WaitGroup
		waiting.Go(func() {
			mu.Lock()
			defer mu.Unlock()
		})
		runtime.Gosched()
		mu.Unlock()
		waiting.Wait()
	}
	if perCycle := nanosPerCycle(); perCycle <= 0.01 || perCycle > 1000 {
		t.Errorf("a cycle lasts %v ns", perCycle)
	}
}

func TestWhole(t *testing.T) {
	// Of objects far larger than the rate each is sampled; of small ones few are.
	if bytes, objects := whole(100<<20, 10); bytes != 100<<20 || objects != 10 {
		t.Errorf("%d, %d", bytes, objects)
	}
	if bytes, _ := whole(16*8, 8); bytes < 8*uint64(runtime.MemProfileRate)*9/10 || bytes > 8*uint64(runtime.MemProfileRate)*11/10 {
		t.Errorf("8 samples of 16 bytes stand for %d bytes", bytes)
	}
	if bytes, objects := whole(0, 0); bytes != 0 || objects != 0 {
		t.Errorf("%d, %d", bytes, objects)
	}
}

// burn works until done.
//
//go:noinline
func burn(done func() bool) (n int) {
	for !done() {
		for i := range 1 << 16 {
			n += i * n
		}
	}
	return n
}

// TestCPU: a profile names the function that was busy, and its file is what go tool pprof reads.
func TestCPU(t *testing.T) {
	var c CPU
	for _, bad := range []string{"", "5", "-1s", "0s", "6m", "now"} {
		if _, err := c.Profile(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	// The kernel interrupts a hundred times a second: 300 ms are enough, and if not there is another.
	found := func() bool {
		return slices.ContainsFunc(c.functions, func(b Busy) bool { return strings.HasSuffix(b.function, "process.burn") && b.itself > 0 })
	}
	for !found() {
		said, err := c.Profile("300ms")
		if err != nil || !strings.Contains(said, "go.cpu.functions") {
			t.Fatalf("%q, %v", said, err)
		}
		if _, err := c.Profile("1s"); err == nil {
			t.Error("two at once")
		}
		burn(func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return !c.running
		})
		if c.failed != "" {
			t.Fatal(c.failed)
		}
	}
	for _, b := range c.functions {
		if b.itself > b.all {
			t.Errorf("%+v", b)
		}
	}
}

// TestNumbersOfMetrics: what is counted is told to the last digit.
func TestNumbersOfMetrics(t *testing.T) {
	for name, m := range Metrics() {
		switch m.value.(type) {
		case uint64:
		case float64:
			if m.spread != nil {
				t.Errorf("%s is %+v", name, m)
			}
		default:
			t.Errorf("%s is %T", name, m.value)
		}
	}
}

// TestLabelsOfProfiles: the labels of goroutines may hold anything, and are in no profile.
func TestLabelsOfProfiles(t *testing.T) {
	var out bytes.Buffer
	for labelled := false; !labelled; {
		out.Reset()
		if err := pprof.StartCPUProfile(&out); err != nil {
			t.Fatal(err)
		}
		pprof.Do(t.Context(), pprof.Labels("customer", "hunter2", "process.burn", "samples"), func(context.Context) {
			start := time.Now()
			burn(func() bool { return time.Since(start) > 200*time.Millisecond })
		})
		pprof.StopCPUProfile()
		labelled = bytes.Contains(unzip(t, out.Bytes()), []byte("hunter2"))
	}
	file, err := withoutLabels(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	raw := unzip(t, file)
	if bytes.Contains(raw, []byte("hunter2")) || bytes.Contains(raw, []byte("customer")) {
		t.Error("the profile has labels")
	}
	before, err := busy(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	after, err := busy(file)
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("%v, %v, want %v", after, err, before)
	}
	// What the strings mean besides is as it was.
	if !bytes.Contains(raw, []byte("samples")) || !bytes.Contains(raw, []byte("nanoseconds")) || !bytes.Contains(raw, []byte("process_test.go")) {
		t.Error("the profile lost more than its labels")
	}
	if _, err := withoutLabels(out.Bytes()[:out.Len()-9]); err == nil {
		t.Error("a part of a profile is one")
	}
}

func unzip(t *testing.T, file []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestCPUOfTheApplication: a profile that the application takes is not ended by ours, whose time is up
// later.
func TestCPUOfTheApplication(t *testing.T) {
	var c CPU
	if _, err := c.Profile("1m"); err != nil {
		t.Fatal(err)
	}
	pprof.StopCPUProfile() // the application ends ours
	var out bytes.Buffer
	if err := pprof.StartCPUProfile(&out); err != nil {
		t.Fatal(err)
	}
	c.timer.Stop()
	c.end(c.out)
	if err := pprof.StartCPUProfile(&out); err == nil {
		t.Error("the application's profile has ended")
	}
	pprof.StopCPUProfile()
	if c.running || c.failed != "" || len(c.file) == 0 {
		t.Errorf("%v, %q, %d", c.running, c.failed, len(c.file))
	}
	// Ended by its own time, it is whole as well.
	if _, err := c.Profile("1m"); err != nil {
		t.Fatal(err)
	}
	c.timer.Stop()
	c.end(c.out)
	if c.failed != "" || len(c.file) == 0 {
		t.Errorf("%q, %d", c.failed, len(c.file))
	}
	if _, err := c.Profile("1ms"); err != nil {
		t.Error(err)
	}
	for running := true; running; runtime.Gosched() {
		c.mu.Lock()
		running = c.running
		c.mu.Unlock()
	}
}

// TestManyProfiles: of more places than a thousand those with the most are told, and how many are not.
func TestManyProfiles(t *testing.T) {
	pc := make([]uintptr, 1)
	runtime.Callers(1, pc)
	all := make([]runtime.MemProfileRecord, 100_000)
	for i := range all {
		all[i] = runtime.MemProfileRecord{AllocBytes: int64(i+1) << 20, AllocObjects: 1, Stack0: [32]uintptr{pc[0]}}
	}
	got, left := allocated(all)
	if len(got) != maxSites || left != len(all)-maxSites || got[0].bytes != 100_000<<20 || got[0].line == 0 {
		t.Errorf("%d, %d left, first %+v", len(got), left, got[0])
	}
	waits := make([]runtime.BlockProfileRecord, 5000)
	for i := range waits {
		waits[i] = runtime.BlockProfileRecord{Count: 1, Cycles: int64(i), StackRecord: runtime.StackRecord{Stack0: [32]uintptr{pc[0]}}}
	}
	blocked, left := contended(waits)
	if len(blocked) != maxSites || left != len(waits)-maxSites || blocked[0].waited < blocked[1].waited {
		t.Errorf("%d, %d left", len(blocked), left)
	}
	left = 0
	if none := records(func([]int) (int, bool) { return maxRecords + 1, false }, &left); none != nil || left != maxRecords+1 {
		t.Errorf("%d records were read, %d left", len(none), left)
	}
}

// TestRecorder: the flight recorder starts, tells and stops.
func TestRecorder(t *testing.T) {
	var r Recorder
	if _, err := r.Snapshot(); err == nil {
		t.Error("a snapshot while it is off")
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	if r.Start() == nil {
		t.Error("it starts twice")
	}
	n, err := r.Snapshot()
	if r.Stop(); err != nil || n == 0 || !bytes.HasPrefix(r.file, []byte("go 1.")) {
		t.Errorf("%d bytes, %v, %.20q", n, err, r.file)
	}
	r.Stop()
	if _, err := r.Snapshot(); err == nil {
		t.Error("a snapshot after its end")
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	r.End()
	if _, err := r.Snapshot(); err == nil || r.Start() == nil {
		t.Error("it goes on when it was withdrawn")
	}
}

// FuzzDecode: whatever the bytes are, decoding ends with a profile or an error.
func FuzzDecode(f *testing.F) {
	var out bytes.Buffer
	if err := pprof.Lookup("heap").WriteTo(&out, 0); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := busy(file); err == nil && len(file) == 0 {
			t.Error("nothing is no profile")
		}
	})
}

// FuzzFields is FuzzDecode for what was compressed.
func FuzzFields(f *testing.F) {
	f.Add([]byte{0x0a, 2, 8, 1, 0x12, 4, 0x0a, 2, 1, 2, 0x32, 1, 'x'})
	f.Fuzz(func(t *testing.T, message []byte) {
		read := 0
		err := eachField(message, func(_ int, _ uint64, b []byte) error {
			read += len(b)
			var numbers []uint64
			return appendNumbers(&numbers, 0, b)
		})
		if read > len(message) {
			t.Errorf("%d bytes of %d, %v", read, len(message), err)
		}
	})
}

// TestSockets: a listener and both ends of its connection are told, by their addresses.
func TestSockets(t *testing.T) {
	if !HasFiles {
		t.Skip("only Linux tells what is open")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	folder := t.TempDir()
	u, err := net.Listen("unix", filepath.Join(folder, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	lists(t, l.Addr().String(), conn.LocalAddr().String(), filepath.Join(folder, "s"))
}
