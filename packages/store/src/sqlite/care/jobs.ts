/**
 * The jobs of care, as they are asked of their thread, and what is said back.
 */
import type { BackupReport, Examination, Mending, Progress, RestoreReport } from '../../care.ts';

export interface CareJobs {
  examine: { readonly folder: string };
  mend: { readonly folder: string; readonly at: number };
  'back-up': { readonly folder: string; readonly to: string; readonly at: number };
  restore: { readonly from: string; readonly folder: string; readonly at: number };
}

export interface CareResults {
  examine: Examination;
  mend: Mending;
  'back-up': BackupReport;
  restore: RestoreReport;
}

export type CareKind = keyof CareJobs;
export type CareJob = { [K in CareKind]: { readonly kind: K } & CareJobs[K] }[CareKind];

export type FromCare =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'done'; readonly result: CareResults[CareKind] }
  /** `isRefusal`: as `CareRefused`. */
  | { readonly kind: 'failed'; readonly isRefusal: boolean; readonly message: string; readonly stack: string };
