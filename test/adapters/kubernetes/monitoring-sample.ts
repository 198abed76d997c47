import { deploymentText, serviceText } from './check-run.ts'

/** Indents every line of a text, so that it stands below a key of YAML. */
export const indented = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(columns)}${line}`))
    .join('\n')

/** A ConfigMap with files, each of its name and its text. */
export const configMapText = (name: string, files: Readonly<Record<string, string>>): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: shop }
data:
${Object.entries(files)
  .map(([file, text]) => `  ${file}: |\n${indented(text, 4)}`)
  .join('\n')}
---
`

/** A Prometheus with its configuration and rules mounted, an account and the right to read slices. */
export const prometheusText = (config: string, rules: Readonly<Record<string, string>> = {}): string =>
  deploymentText({
    name: 'prometheus',
    pod: `serviceAccountName: prometheus
      volumes: [{ name: config, configMap: { name: prometheus } }, { name: rules, configMap: { name: rules } }]`,
    container: `args: [--config.file=/etc/prometheus/prometheus.yml]
          ports: [{ name: http, containerPort: 9090 }]
          volumeMounts: [{ name: config, mountPath: /etc/prometheus }, { name: rules, mountPath: /etc/rules }]`,
  }).replace('image: shop/prometheus:1.2.3', 'image: quay.io/prometheus/prometheus:v3.5.0') +
  configMapText('prometheus', { 'prometheus.yml': config }) +
  (Object.keys(rules).length === 0 ? '' : configMapText('rules', rules)) +
  accessText

const accessText = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: prometheus, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: prometheus, namespace: shop }
rules:
  - { apiGroups: [''], resources: [services, pods], verbs: [get, list, watch] }
  - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: prometheus, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: prometheus }
subjects: [{ kind: ServiceAccount, name: prometheus, namespace: shop }]
---
`

/** A Deployment that opens port 8000, and its Service. */
export const webText =
  deploymentText({ container: 'ports: [{ name: http, containerPort: 8000 }]' }) +
  serviceText('web', 'name: http, port: 80, targetPort: http')

/** A job that keeps the port `http` of web. */
export const sliceJob = `scrape_configs:
  - job_name: web
    kubernetes_sd_configs: [{ role: endpointslice, namespaces: { own_namespace: true } }]
    relabel_configs:
      - source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_port_name]
        regex: web;http
        action: keep
`
