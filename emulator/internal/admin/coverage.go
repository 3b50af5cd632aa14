package admin

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/coverage"
)

// coverageOf tells what was tried, in the call's world or in all of them together.
func coverageOf(c *api.Call) coverage.Report {
	vendors := Vendors(hostOf(c).Plan())
	if c.Param("worlds") == "all" {
		return hostOf(c).Store().Coverage().Report("*", vendors)
	}
	return worldOf(c).Coverage.Report(worldOf(c).Name(), vendors)
}

func getCoverage(c *api.Call) (any, error) {
	report := coverageOf(c)
	switch c.Param("format") {
	case "html":
		page, err := report.HTML()
		return api.Answer{Media: "text/html; charset=utf-8", Body: page}, err
	case "junit":
		doc, err := report.JUnit()
		return api.Answer{Media: "application/xml; charset=utf-8", Body: doc}, err
	}
	return report, nil
}
