namespace Ciliate.Bpf.Tests.Specialization;

/// <summary>Statements of made-up programs that lead nowhere but to the next: arithmetic, constants, the stack, memory, a helper.</summary>
internal sealed class StatementMaker(Random random, MadeUpObject madeUp, CodeWriter writer)
{
    /// <summary>Registers that are used for one thing alone.</summary>
    public const int Address = 1, Context = 6, Counter = 9, Frame = 10;

    /// <summary>Of the stack, all written to before anything else.</summary>
    public const int FrameBytes = 64;

    public static readonly int[] Scalars = [0, 2, 3, 4, 5, 7, 8];

    private static readonly int[] s_widthCodes = [0x10, 0x08, 0x00, 0x18];

    public int Scalar => Scalars[random.Next(Scalars.Length)];

    /// <summary>Numbers at which signs, widths and shifts turn over are likely.</summary>
    public int Number => random.Next(4) switch
    {
        0 => random.Next(-3, 70),
        1 => 1 << random.Next(32),
        2 => -(1 << random.Next(32)) - random.Next(2),
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    public void Fill(int register)
    {
        switch (random.Next(3))
        {
            case 0:
                writer.Put(0x61, register, Context, MadeUpObject.FirstInput + 4 * random.Next(5));
                break;
            case 1:
                writer.Wide(register, (ulong)random.NextInt64(long.MinValue, long.MaxValue));
                break;
            default:
                writer.Move(register, Number);
                break;
        }
    }

    public void Arithmetic()
    {
        int[] operations = [0x0, 0x1, 0x2, 0x3, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa, 0xb, 0xc, 0xd];
        int operation = operations[random.Next(operations.Length)];
        bool narrow = random.Next(2) == 0, register = random.Next(2) == 0;
        int code = operation << 4 | (narrow ? 4 : 7), to = Scalar;
        switch (operation)
        {
            case 0xd:
                // le, be of the narrow class; bswap of the wide one has no register form.
                writer.Put(narrow && register ? code | 8 : code, to, immediate: 16 << random.Next(3));
                break;
            case 0x8:
                writer.Put(code, to);
                break;
            case 0xb when register:
                writer.Put(code | 8, to, Scalar, random.Next(3) * 8);
                break;
            default:
                int signed = operation is 0x3 or 0x9 ? random.Next(2) : 0;
                writer.Put(register ? code | 8 : code, to, register ? Scalar : 0, signed, register ? 0 : Immediate(operation, narrow));
                break;
        }
    }

    private int Immediate(int operation, bool narrow) => operation switch
    {
        0x3 or 0x9 => Number is var divisor and not 0 ? divisor : -1,
        0x6 or 0x7 or 0xc => random.Next(narrow ? 32 : 64),
        _ => Number,
    };

    public (int Code, int Width) Width()
    {
        int power = random.Next(4);
        return (s_widthCodes[power], 1 << power);
    }

    /// <summary>Plain, or by its sign.</summary>
    public int LoadCode(int widthCode) => widthCode | (widthCode != 0x18 && random.Next(3) == 0 ? 0x81 : 0x61);

    public void ReadConstant()
    {
        (int code, int width) = Width();
        int place = random.Next(madeUp.ConstantSize / width) * width, part = random.Next(place + 1);
        writer.MapValue(Address, madeUp.Constants, place - part);
        writer.Put(LoadCode(code), Scalar, Address, part);
    }

    public int FramePlace(int width) => -FrameBytes + random.Next(FrameBytes / width) * width;

    public void FrameAccess()
    {
        (int code, int width) = Width();
        int place = FramePlace(width), register = Frame;
        if (random.Next(4) == 0)
        {
            int part = random.Next(-8, 8);
            writer.Copy(Address, Frame);
            writer.Put(0x07, Address, immediate: place - part);
            (register, place) = (Address, part);
        }

        switch (random.Next(3))
        {
            case 0:
                writer.Put(code | 0x62, register, 0, place, Number);
                break;
            case 1:
                writer.Put(code | 0x63, register, Scalar, place);
                break;
            default:
                writer.Put(LoadCode(code), Scalar, register, place);
                break;
        }
    }

    public void Atomic()
    {
        int[] operations = [0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1];
        bool narrow = random.Next(2) == 0;
        int operation = operations[random.Next(operations.Length)], code = narrow ? 0xc3 : 0xdb, width = narrow ? 4 : 8;
        if (random.Next(2) == 0)
        {
            writer.Put(code, Frame, Scalar, FramePlace(width), operation);
        }
        else
        {
            writer.MapValue(Address, madeUp.Results, MadeUpObject.ResultBytes + 8 * random.Next(4));
            writer.Put(code, Address, Scalar, 0, operation);
        }
    }

    public void Results()
    {
        (int code, int width) = Width();
        writer.MapValue(Address, madeUp.Results, MadeUpObject.ResultBytes + random.Next(32 / width) * width);
        bool loads = random.Next(2) == 0;
        writer.Put(loads ? LoadCode(code) : code | 0x63, loads ? Scalar : Address, loads ? Address : Scalar);
    }

    public void FillFrameByHelper()
    {
        int length = random.Next(1, 17);
        writer.Copy(1, Context);
        writer.Move(2, random.Next(70));
        FrameAddress(3, length);
        writer.Move(4, length);
        writer.Helper(MadeUpObject.LoadBytes);
        RefillArguments();
    }

    public void FrameAddress(int register, int room)
    {
        writer.Copy(register, Frame);
        writer.Put(0x07, register, immediate: -random.Next((room + 7) / 8, FrameBytes / 8 + 1) * 8);
    }

    public void RefillArguments()
    {
        for (int register = 2; register <= 5; register++)
        {
            Fill(register);
        }
    }
}
