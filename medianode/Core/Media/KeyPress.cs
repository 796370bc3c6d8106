namespace Byon.MediaNode.Core.Media;

/// <summary>A key that one side pressed by signalling, or its owner by a command, for the other side to hear on its media.</summary>
/// <param name="Duration">As long as whoever pressed it said; bounded where it is played.</param>
/// <param name="ToWebRtc">The browser is to hear it; else the network.</param>
public sealed record KeyPress(char Key, TimeSpan Duration, bool ToWebRtc);
