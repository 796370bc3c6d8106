using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>How a browser's video may be taken up.</summary>
/// <param name="InUse">The encoding that the call has already; null leaves the choice to <see cref="VideoPolicy"/>.</param>
/// <param name="Kilobits">The most that the browser may send, b=AS.</param>
public sealed record WebRtcVideoTerms(VideoFormat? InUse, int Kilobits);

/// <summary>The video of an offer to a browser.</summary>
/// <param name="Formats">In order, under the offer's payload types: <see cref="WebRtcOfferAnswer.Number"/>.</param>
/// <param name="Kilobits">The most that the browser may send, b=AS.</param>
public sealed record WebRtcVideoOffer(IReadOnlyList<VideoFormat> Formats, int Kilobits);
