using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class ReplayWindowTests
{
    [Fact]
    public void Each_index_is_fresh_once_within_128_of_the_highest()
    {
        var window = new ReplayWindow();
        Assert.True(window.IsFresh(500));
        window.Accept(500);
        Assert.False(window.IsFresh(500));
        Assert.True(window.IsFresh(373));
        Assert.False(window.IsFresh(372));
        window.Accept(373);
        Assert.False(window.IsFresh(373));
        window.Accept(501);
        Assert.False(window.IsFresh(373));
        Assert.False(window.IsFresh(500));
        Assert.True(window.IsFresh(374));
    }

    [Fact]
    public void A_jump_forgets_what_it_leaves_behind()
    {
        var window = new ReplayWindow();
        window.Accept(0);
        window.Accept(1_000_000);
        Assert.False(window.IsFresh(0));
        Assert.True(window.IsFresh(999_999));
        Assert.False(window.IsFresh(1_000_000));
    }
}
