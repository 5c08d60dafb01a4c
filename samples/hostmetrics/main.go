// An OpenTelemetry Collector with the receiver of a host's metrics, which the agent is compared with.
package main

import (
	"context"
	"log"
	"os"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/hostmetricsreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

// nowhere writes what it is given as OTLP's bytes, drops them, and prints a dot, by which ./bench counts.
type nowhere struct {
	component.StartFunc
	component.ShutdownFunc
	consumer.Metrics
}

func newNowhere() exporter.Factory {
	create := func(context.Context, exporter.Settings, component.Config) (exporter.Metrics, error) {
		marshaler := pmetric.ProtoMarshaler{}
		metrics, err := consumer.NewMetrics(func(_ context.Context, all pmetric.Metrics) error {
			_, err := marshaler.MarshalMetrics(all)
			os.Stdout.WriteString(".")
			return err
		})
		return nowhere{Metrics: metrics}, err
	}
	return exporter.NewFactory(component.MustNewType("nowhere"), func() component.Config { return &struct{}{} },
		exporter.WithMetrics(create, component.StabilityLevelDevelopment))
}

func factories() (all otelcol.Factories, err error) {
	all.Telemetry = otelconftelemetry.NewFactory()
	if all.Receivers, err = otelcol.MakeFactoryMap[receiver.Factory](hostmetricsreceiver.NewFactory()); err != nil {
		return
	}
	all.Exporters, err = otelcol.MakeFactoryMap[exporter.Factory](otlphttpexporter.NewFactory(), newNowhere())
	return
}

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "statsfs-hostmetrics",
			Description: "An OpenTelemetry Collector with the receiver of a host's metrics",
			Version:     "0.160.0",
		},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{envprovider.NewFactory(), fileprovider.NewFactory()},
			},
		},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
