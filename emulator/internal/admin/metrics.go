package admin

import (
	"bytes"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

const metricsMedia = "text/plain; version=0.0.4; charset=utf-8"

var (
	requestsTotal = prometheus.NewDesc("portico_requests_total",
		"Calls of the vendors' operations, in all worlds.", []string{"vendor", "operation", "status"}, nil)
	worldsNow    = prometheus.NewDesc("portico_worlds", "Worlds there are.", nil, nil)
	journalBytes = prometheus.NewDesc("portico_journal_bytes", "What the journals of all worlds take.", nil, nil)
	journalCalls = prometheus.NewDesc("portico_journal_entries", "Calls in the journal of the world.", []string{"world"}, nil)
	documents    = prometheus.NewDesc("portico_documents", "Documents of the world, by kind.", []string{"world", "kind"}, nil)
)

// figures collects what is told of an emulator, seen from one world.
type figures struct{ c *api.Call }

// Describe is of prometheus.Collector.
func (f figures) Describe(to chan<- *prometheus.Desc) {
	to <- requestsTotal
	to <- worldsNow
	to <- documents
	to <- journalBytes
	to <- journalCalls
}

// Collect is of prometheus.Collector.
func (f figures) Collect(to chan<- prometheus.Metric) {
	host := hostOf(f.c)
	to <- prometheus.MustNewConstMetric(worldsNow, prometheus.GaugeValue, float64(host.Store().Count()))
	to <- prometheus.MustNewConstMetric(journalBytes, prometheus.GaugeValue, float64(host.Store().Recorded()))
	kept, _ := worldOf(f.c).Journal.Size()
	to <- prometheus.MustNewConstMetric(journalCalls, prometheus.GaugeValue, float64(kept), worldOf(f.c).Name())
	for kind, n := range worldOf(f.c).Counts() {
		to <- prometheus.MustNewConstMetric(documents, prometheus.GaugeValue, float64(n), worldOf(f.c).Name(), kind)
	}
	for _, o := range host.Store().Coverage().Report("*", Vendors(host.Plan())).Operations {
		for _, s := range o.Statuses {
			if s.Calls > 0 {
				to <- prometheus.MustNewConstMetric(requestsTotal, prometheus.CounterValue, float64(s.Calls),
					o.Vendor, o.ID, strconv.Itoa(s.Status))
			}
		}
	}
}

func getMetrics(c *api.Call) (any, error) {
	r := prometheus.NewRegistry()
	r.MustRegister(figures{c}, collectors.NewGoCollector())
	families, err := r.Gather()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := expfmt.NewEncoder(&b, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, f := range families {
		if err := e.Encode(f); err != nil {
			return nil, err
		}
	}
	return api.Answer{Media: metricsMedia, Body: b.Bytes()}, nil
}
