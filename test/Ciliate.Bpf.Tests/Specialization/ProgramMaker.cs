using static Ciliate.Bpf.Tests.Specialization.StatementMaker;

namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Makes programs up at random that every kernel with these instructions accepts: all registers are set before they are read, the
/// stack too, and loops end. They do what the specializer looks for: constants from memory, from immediates and over the stack, branches
/// on them, addresses of the stack that are given away.</summary>
internal sealed class ProgramMaker
{
    private readonly Random _random;
    private readonly MadeUpObject _object;
    private readonly CodeWriter _code = new();
    private readonly StatementMaker _make;
    private readonly int _static, _writing, _global;
    private readonly HashSet<int> _called = [];
    private bool _inLoop;

    private ProgramMaker(int seed, MadeUpObject madeUp)
    {
        _random = new Random(seed);
        _object = madeUp;
        _make = new StatementMaker(_random, madeUp, _code);
        _static = _code.NewLabel();
        _writing = _code.NewLabel();
        _global = _code.NewLabel();
    }

    public static LinkedCode Make(int seed, MadeUpObject madeUp)
    {
        var maker = new ProgramMaker(seed, madeUp);
        maker.Begin();
        maker.Statements(maker._random.Next(5, 40), depth: 0);
        maker.End();
        maker.Functions();
        return maker._code.Finish();
    }

    private void Begin()
    {
        _code.Function(_object.EntryType);
        _code.Copy(Context, 1);
        foreach (int register in Scalars)
        {
            _make.Fill(register);
        }

        _code.Move(Counter, 0);
        for (int offset = -FrameBytes; offset < 0; offset += 8)
        {
            _code.Put(0x7b, Frame, _make.Scalar, offset);
        }
    }

    private void Statements(int count, int depth)
    {
        for (int i = 0; i < count; i++)
        {
            Statement(depth);
        }
    }

    private void Statement(int depth)
    {
        switch (_random.Next(depth < 3 ? 16 : 12))
        {
            case < 4: _make.Arithmetic(); break;
            case 4: _make.Fill(_make.Scalar); break;
            case 5: _make.ReadConstant(); break;
            case 6 or 7: _make.FrameAccess(); break;
            case 8: _make.Atomic(); break;
            case 9: _make.Results(); break;
            case 10: _make.FillFrameByHelper(); break;
            case 11: CallFunction(); break;
            case 12: SelectConstant(); break;
            case 13 when !_inLoop: Loop(depth); break;
            default: Branch(depth); break;
        }
    }

    private void SelectConstant()
    {
        (int code, int width) = _make.Width();
        int join = _code.NewLabel();
        _code.MapValue(Address, _object.Constants, _random.Next(_object.ConstantSize / width) * width);
        Condition(join);
        _code.MapValue(Address, _object.Constants, _random.Next(_object.ConstantSize / width) * width);
        _code.Place(join);
        _code.Put(_make.LoadCode(code), _make.Scalar, Address);
    }

    private void CallFunction()
    {
        switch (_random.Next(3))
        {
            case 0:
                _code.Copy(1, _make.Scalar);
                Call(_static);
                break;
            case 1:
                _make.FrameAddress(1, 8);
                Call(_writing);
                break;
            default:
                int number = _make.Scalar;
                _code.Copy(2, number);
                _make.FrameAddress(1, 16);
                Call(_global);
                break;
        }

        _make.RefillArguments();
    }

    private void Call(int label)
    {
        _called.Add(label);
        _code.Call(label);
    }

    private void Condition(int label)
    {
        int[] operations = [0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0xa, 0xb, 0xc, 0xd];
        bool register = _random.Next(2) == 0;
        int code = operations[_random.Next(operations.Length)] << 4 | (_random.Next(2) == 0 ? 5 : 6);
        _code.Jump(label, register ? code | 8 : code, _make.Scalar, register ? _make.Scalar : 0, register ? 0 : _make.Number);
    }

    private void Branch(int depth)
    {
        int other = _code.NewLabel(), join = _code.NewLabel();
        Condition(other);
        Statements(_random.Next(4), depth + 1);
        if (_random.Next(2) == 0)
        {
            _code.Jump(join, _random.Next(4) == 0 ? 0x06 : 0x05);
        }

        _code.Place(other);
        Statements(_random.Next(4), depth + 1);
        _code.Place(join);
    }

    private void Loop(int depth)
    {
        int again = _code.NewLabel();
        _inLoop = true;
        _code.Move(Counter, _random.Next(1, 4));
        _code.Place(again);
        Statements(_random.Next(1, 5), depth + 1);
        _code.Put(0x07, Counter, immediate: -1);
        _code.Jump(again, 0x55, Counter);
        _inLoop = false;
    }

    private void End()
    {
        _code.MapValue(Address, _object.Results, 0);
        for (int i = 0; i < Scalars.Length; i++)
        {
            _code.Put(0x7b, Address, Scalars[i], i * 8);
        }

        // Of the frame too.
        _code.Put(0x79, 2, Frame, _make.FramePlace(8));
        _code.Put(0x7b, Address, 2, Scalars.Length * 8);
        _code.Exit();
    }

    /// <summary>Those that are called: the kernel takes no others.</summary>
    private void Functions()
    {
        Function(_static, _object.StaticType, () =>
        {
            _code.MapValue(2, _object.Constants, 0);
            _code.Put(0x61, 0, 2);
            _code.Put(0x0f, 0, 1);
        });
        Function(_writing, _object.StaticType, () =>
        {
            _code.Put(0x79, 0, 1);
            _code.Put(0x07, 0, immediate: 7);
            _code.Put(0x7b, 1, 0);
        });
        Function(_global, _object.GlobalType, () =>
        {
            int present = _code.NewLabel();
            _code.Move(0, 0);
            _code.Jump(present, 0x55, 1);
            _code.Exit();
            _code.Place(present);
            _code.Put(0x79, 0, 1, 8);
            _code.Put(0x7b, 1, 2);
        });
    }

    private void Function(int label, uint type, Action body)
    {
        if (_called.Contains(label))
        {
            _code.Place(label);
            _code.Function(type);
            body();
            _code.Exit();
        }
    }
}
