import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import type { Labels } from './prometheus-relabel.ts'
import { textsOf } from './scope.ts'
import { placeOf, podPortOf, podPortsOf, servicesOf } from './service-directory.ts'
import type { PodPort, ServiceEntry, ServicePort } from './service-directory.ts'

/** A target as Prometheus finds it, before any rule. */
export type Discovered = Readonly<{ workload: Workload | null; labels: Labels }>

/**
 * Targets that an entry of `kubernetes_sd_configs` finds among rendered objects, one pod for each workload,
 * with the labels that Prometheus documents:
 * https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config
 */
export function discover(
  manifests: readonly Manifest[],
  config: Value,
  ownNamespace: string,
): readonly Discovered[] {
  const isSeen = (namespace: string): boolean => {
    const wanted = [
      ...(namespacesOf(config).isOwn ? [placeOf(ownNamespace)] : []),
      ...namespacesOf(config).names,
    ]
    return wanted.length === 0 || wanted.includes(placeOf(namespace))
  }
  const workloads = workloadsOf(manifests).filter(({ namespace }) => isSeen(namespace))
  const services = servicesOf(manifests).filter(({ namespace }) => isSeen(namespace))
  switch (textAt(config, 'role')?.toLowerCase()) {
    case 'pod':
      return workloads.flatMap((workload) => podTargets(manifests, workload))
    case 'endpoints':
      return services.flatMap((service) => endpointTargets(manifests, service, 'endpoint'))
    case 'endpointslice':
      return services.flatMap((service) => endpointTargets(manifests, service, 'endpointslice'))
    case 'service':
      return services.flatMap(serviceTargets)
    default:
      return []
  }
}

/** Which namespaces an entry is bound to; none of both means all. */
export const namespacesOf = (config: Value): Readonly<{ isOwn: boolean; names: readonly string[] }> => ({
  isOwn: at(config, 'namespaces', 'own_namespace') === true,
  names: textsOf(listAt(config, 'namespaces', 'names')),
})

/** An address for a pod that is not there yet: the place of its workload among the others. */
export function addressOf(manifests: readonly Manifest[], workload: Workload): string {
  const index = workloadsOf(manifests).findIndex(({ manifest }) => manifest === workload.manifest)
  return `10.244.${Math.floor(index / 250)}.${(index % 250) + 1}`
}

function podTargets(manifests: readonly Manifest[], workload: Workload): readonly Discovered[] {
  const pod = podLabels(manifests, workload)
  const ip = addressOf(manifests, workload)
  return workload.containers.flatMap((container) => {
    const ports = podPortsOf(workload).filter((port) => port.container === container.name)
    const isInit = { __meta_kubernetes_pod_container_init: String(container.isInit) }
    const image = { __meta_kubernetes_pod_container_image: textAt(container.value, 'image') ?? '' }
    if (ports.length === 0) {
      const name = { __meta_kubernetes_pod_container_name: container.name }
      return [{ workload, labels: { ...pod, ...isInit, ...image, ...name, __address__: ip } }]
    }
    return ports.map((port) => ({
      workload,
      labels: { ...pod, ...isInit, ...image, ...portLabels(port), __address__: `${ip}:${port.port}` },
    }))
  })
}

const portLabels = ({ container, name, port, protocol }: PodPort): Labels => ({
  __meta_kubernetes_pod_container_name: container,
  __meta_kubernetes_pod_container_port_name: name,
  __meta_kubernetes_pod_container_port_number: String(port),
  __meta_kubernetes_pod_container_port_protocol: protocol,
})

function podLabels(manifests: readonly Manifest[], workload: Workload): Labels {
  const { namespace, name, kind, template, manifest } = workload
  return {
    __meta_kubernetes_namespace: placeOf(namespace),
    __meta_kubernetes_pod_name: `${name}-0`,
    __meta_kubernetes_pod_ip: addressOf(manifests, workload),
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_ready: 'true',
    __meta_kubernetes_pod_node_name: 'node',
    __meta_kubernetes_pod_controller_kind: kind === 'Deployment' ? 'ReplicaSet' : kind,
    __meta_kubernetes_pod_controller_name: manifest.name,
    ...metaLabels('pod', 'label', workload.podLabels),
    ...metaLabels('pod', 'annotation', textsAt(template, 'metadata', 'annotations')),
  }
}

/** `prometheus.io/scrape` becomes `..._annotation_prometheus_io_scrape`, and `..._annotationpresent_...`. */
const metaLabels = (
  of: 'pod' | 'service',
  kind: 'label' | 'annotation',
  texts: Readonly<Record<string, string>>,
): Labels =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([key, value]) => {
      const name = key.replace(/[^a-zA-Z0-9_]/g, '_')
      return [
        [`__meta_kubernetes_${of}_${kind}_${name}`, value],
        [`__meta_kubernetes_${of}_${kind}present_${name}`, 'true'],
      ]
    }),
  )

/** The ports of a Service at its pods, and further ports of these pods, which Prometheus finds as well. */
function endpointTargets(
  manifests: readonly Manifest[],
  service: ServiceEntry,
  kind: 'endpoint' | 'endpointslice',
): readonly Discovered[] {
  const of = serviceLabels(service)
  return service.workloads.flatMap((workload) => {
    const ip = addressOf(manifests, workload)
    const pod = podLabels(manifests, workload)
    const bound = service.ports.flatMap((port) => {
      const number = podPortOf(workload, port.targetPort)
      return number === undefined ? [] : [{ port, number }]
    })
    const rest = podPortsOf(workload).filter(({ port }) => !bound.some(({ number }) => number === port))
    return [
      ...bound.map(({ port, number }) => {
        const declared = podPortsOf(workload).find((each) => each.port === number)
        const container = declared === undefined ? {} : portLabels(declared)
        const end = endLabels(kind, service, port, workload)
        return {
          workload,
          labels: { ...of, ...pod, ...container, ...end, __address__: `${ip}:${number}` },
        }
      }),
      ...rest.map((port) => ({
        workload,
        labels: { ...of, ...pod, ...portLabels(port), __address__: `${ip}:${port.port}` },
      })),
    ]
  })
}

function endLabels(
  kind: 'endpoint' | 'endpointslice',
  service: ServiceEntry,
  { name, protocol, targetPort }: ServicePort,
  workload: Workload,
): Labels {
  const pod = `${workload.name}-0`
  if (kind === 'endpoint') {
    return {
      __meta_kubernetes_endpoints_name: service.name,
      __meta_kubernetes_endpoint_port_name: name,
      __meta_kubernetes_endpoint_port_protocol: protocol,
      __meta_kubernetes_endpoint_ready: 'true',
      __meta_kubernetes_endpoint_address_target_kind: 'Pod',
      __meta_kubernetes_endpoint_address_target_name: pod,
    }
  }
  return {
    __meta_kubernetes_endpointslice_name: `${service.name}-slice`,
    __meta_kubernetes_endpointslice_address_type: 'IPv4',
    __meta_kubernetes_endpointslice_port_name: name,
    __meta_kubernetes_endpointslice_port_protocol: protocol,
    __meta_kubernetes_endpointslice_port: String(podPortOf(workload, targetPort) ?? ''),
    __meta_kubernetes_endpointslice_address_target_kind: 'Pod',
    __meta_kubernetes_endpointslice_address_target_name: pod,
    __meta_kubernetes_endpointslice_endpoint_conditions_ready: 'true',
    __meta_kubernetes_endpointslice_endpoint_conditions_serving: 'true',
    __meta_kubernetes_endpointslice_endpoint_conditions_terminating: 'false',
  }
}

const serviceLabels = ({ name, namespace, manifest }: ServiceEntry): Labels => ({
  __meta_kubernetes_namespace: placeOf(namespace),
  __meta_kubernetes_service_name: name,
  ...metaLabels('service', 'label', manifest.labels),
  ...metaLabels('service', 'annotation', manifest.annotations),
})

const serviceTargets = (service: ServiceEntry): readonly Discovered[] =>
  service.ports.map(({ name, port, protocol }) => ({
    workload: service.workloads[0] ?? null,
    labels: {
      ...serviceLabels(service),
      __meta_kubernetes_service_port_name: name,
      __meta_kubernetes_service_port_number: String(port),
      __meta_kubernetes_service_port_protocol: protocol,
      __address__: `${service.name}.${placeOf(service.namespace)}.svc:${port}`,
    },
  }))
