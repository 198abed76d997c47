/** More than every claim of both environments; the binder of the controller manager does the rest. */
const VOLUMES = 24
const STORAGE_CLASS = 'local'

/** A default storage class and volumes for the claims; `sourceOf` says what a volume is of. */
export const storage = (sourceOf: (index: number) => object): readonly object[] => [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: STORAGE_CLASS, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
  },
  ...Array.from({ length: VOLUMES }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      capacity: { storage: '500Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: STORAGE_CLASS,
      persistentVolumeReclaimPolicy: 'Retain',
      ...sourceOf(index),
    },
  })),
]
