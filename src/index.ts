/* The entry `fusewire`: what everybody uses. The wire itself is `fusewire/protocol`. */

export { FuseError, FuseWireError, ProtocolError, SystemError, UnsupportedError, errnoOf } from './base/errors.js'
export { ERRNO, errnoMessage, errnoName, errnoNumber } from './base/errno.js'
export { ROOT_ID } from './base/ids.js'
export { decodeName, encodeName } from './base/name.js'
export { MountError } from './kernel/errors.js'
export { parseOptionString } from './kernel/option-string.js'
export { unmount } from './kernel/unmount.js'
export { mount } from './mount.js'
export { Notifier } from './notify/notifier.js'
export { NotifyError } from './notify/result.js'
export { probe } from './probe.js'
export { serve } from './serve/serve.js'
export { FileSystem } from './server/filesystem.js'
export { HandleTable } from './server/handle-table.js'
export { Listing } from './server/listing.js'
export { NodeTable } from './server/node-table.js'

export type { Changes } from './changes/changes.js'
export type { ChangeRecorder } from './changes/edit.js'
export type { Change, ChangeBatch, ChangeFeed } from './changes/feed.js'
export type { FeedGap, Following, FollowOptions } from './changes/follow.js'
export type { ChangePlace, ChangeTarget, EverythingOptions, Modification } from './changes/options.js'
export type { WatchEvent, WatchOptions } from './changes/watch-event.js'
export type { ErrnoName } from './base/errno.js'
export type { FileHandle, Generation, NodeId, Unique } from './base/ids.js'
export type { Capability, SystemLimits } from './kernel/capabilities.js'
export type { MountErrorCode } from './kernel/errors.js'
export type { ParsedOptions } from './kernel/option-string.js'
export type { UnmountOptions } from './kernel/unmount.js'
export type { Mount, MountOptions, MountStats } from './mount.js'
export type { InvalEntryOptions, InvalInodeOptions, NotifierOptions, RetrieveOptions } from './notify/options.js'
export type { PollHandle } from './notify/poll-handle.js'
export type { NotifyOutcome, NotifyResult } from './notify/result.js'
export type { NotifyCounts, NotifyStats } from './notify/stats.js'
export type { KernelOffer, ProbeName, ProbeReport } from './probe.js'
export type { TraceListener, TraceOptions } from './trace.js'
export type { TraceEvent } from './trace-reader.js'
export type { InitWishes, Wish } from './protocol/init-wishes.js'
export type { Negotiated, NotifySupport } from './protocol/negotiated.js'
export type { RequestContext } from './server/context.js'
export type { FileServer, FileServerStats } from './serve/server.js'
export type { Served } from './serve/served.js'
export type { ServeOptions } from './serve/options.js'
export type { SessionStats } from './server/session-options.js'
export type { MountDefaults } from './server/filesystem.js'
export type { ListingEntry } from './server/listing.js'
export type { GetattrRequest, SetattrRequest, SetTime, StatxRequest } from './server/requests/attr.js'
export type { ReaddirplusRequest, ReaddirRequest } from './server/requests/dir.js'
export type {
  CopyFileRangeRequest,
  FallocateRequest,
  FlushRequest,
  FsyncRequest,
  LseekRequest,
  OpenRequest,
  ReadRequest,
  ReleaseRequest,
  WriteRequest,
} from './server/requests/file.js'
export type {
  AccessRequest,
  BmapRequest,
  GetxattrRequest,
  IoctlRequest,
  LockRequest,
  PollRequest,
  SetxattrRequest,
} from './server/requests/misc.js'
export type {
  CreateRequest,
  ForgetRequest,
  LinkRequest,
  MkdirRequest,
  MknodRequest,
  NameRequest,
  RenameRequest,
  SymlinkRequest,
} from './server/requests/name.js'
export type {
  Attr,
  AttrResult,
  Awaitable,
  CreateResult,
  Entry,
  FileLock,
  IoctlResult,
  NegativeEntry,
  OpenResult,
  Statfs,
  StatxResult,
} from './server/results.js'
export type { ControlStatus } from './control/server.js'
export type { GuardianStatus } from './kernel/guardian.js'
export type { MountChanges } from './mount-changes.js'
export type { InFlightTable } from './mount-control.js'
export type { RequestInFlight } from './server/inflight.js'
export type { Stall } from './server/stall.js'
export type { WaitingNotification } from './notify/waiting.js'
export type { LoopKind } from './transport/device-loops.js'
export type { LoopStats } from './transport/device-source.js'
export type { LaneKind } from './transport/device-notify.js'
