package process

import (
	"math"
	"runtime/metrics"
	"strings"
	"time"
)

// Metric is one measurement of the runtime.
type Metric struct {
	value  any // an uint64 or float64, of a distribution how many values it has
	unit   string
	spread *Distribution // nil if it is a number
	doc    string
}

// Distribution sums up a histogram of the runtime, whose values lie in buckets: each figure is the
// upper end of a bucket, or the lower end of the last one if that has none.
type Distribution struct {
	count               uint64
	p50, p90, p99, most float64
}

// Times is a [Distribution] of seconds.
type Times struct {
	count               uint64
	p50, p90, p99, most time.Duration
}

func timesOf(d Distribution) Times {
	return Times{count: d.count, p50: seconds(d.p50), p90: seconds(d.p90), p99: seconds(d.p99), most: seconds(d.most)}
}

// seconds returns that many seconds, to the nanosecond.
func seconds(n float64) time.Duration {
	return time.Duration(math.Round(n * float64(time.Second)))
}

// Metrics reads all that package runtime/metrics measures, by the name that it has there. Names
// end in the unit: "/sched/latencies:seconds". It takes some 50 µs.
func Metrics() map[string]Metric {
	all := metrics.All()
	samples := make([]metrics.Sample, len(all))
	for i, d := range all {
		samples[i].Name = d.Name
	}
	metrics.Read(samples)
	out := make(map[string]Metric, len(all))
	for i, d := range all {
		_, unit, _ := strings.Cut(d.Name, ":")
		m := Metric{unit: unit, doc: d.Description}
		switch x := number(samples[i].Value).(type) {
		case uint64, float64:
			m.value = x
		case Distribution:
			m.value, m.spread = x.count, &x
		default:
			continue // this runtime does not have it
		}
		out[d.Name] = m
	}
	return out
}

// number returns the value of a metric, an uint64, float64 or Distribution, or nil if this runtime
// does not have it.
func number(v metrics.Value) any {
	switch v.Kind() {
	case metrics.KindUint64:
		return v.Uint64()
	case metrics.KindFloat64:
		return v.Float64()
	case metrics.KindFloat64Histogram:
		return distribution(v.Float64Histogram())
	}
	return nil
}

func distribution(h *metrics.Float64Histogram) Distribution {
	var d Distribution
	for _, n := range h.Counts {
		d.count += n
	}
	// at is the upper end of the bucket in which the share of all values ends.
	at := func(share float64) float64 {
		rest := uint64(math.Ceil(share * float64(d.count)))
		for i, n := range h.Counts {
			if n >= rest && n > 0 {
				return end(h.Buckets, i)
			}
			rest -= n
		}
		return 0
	}
	d.p50, d.p90, d.p99, d.most = at(0.5), at(0.9), at(0.99), at(1)
	return d
}

// end returns the upper end of bucket i, or the lower one if it has no upper end.
func end(bounds []float64, i int) float64 {
	if hi := bounds[i+1]; !math.IsInf(hi, 1) {
		return hi
	}
	return bounds[i]
}

// A reader reads some metrics at one moment.
type reader struct {
	samples []metrics.Sample
	into    []any // a *uint64, *float64 or *Distribution for each
}

func (r *reader) want(into any, name string) {
	r.samples = append(r.samples, metrics.Sample{Name: name})
	r.into = append(r.into, into)
}

func (r *reader) read() {
	metrics.Read(r.samples)
	for i, s := range r.samples {
		switch x := number(s.Value).(type) {
		case uint64:
			*r.into[i].(*uint64) += x
		case float64:
			*r.into[i].(*float64) += x
		case Distribution:
			*r.into[i].(*Distribution) = x
		}
	}
}
