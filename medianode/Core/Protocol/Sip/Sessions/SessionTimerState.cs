namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>A running session timer as a value.</summary>
/// <param name="RefreshesHere">We are the refresher.</param>
/// <param name="Remaining">Until the dialog counts as dead.</param>
public sealed record SessionTimerState(TimeSpan Interval, bool RefreshesHere, TimeSpan Remaining);
